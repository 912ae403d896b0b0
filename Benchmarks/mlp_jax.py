"""The same epoch as mlp_torch.py, compiled as a whole: lax.scan over the batches, Adam written out.

    mlp_jax.py [--hidden 400] [--batch 128] [--threads 0]
"""
import argparse
from functools import partial

from peer import answer, use_threads

parser = argparse.ArgumentParser()
parser.add_argument("--hidden", type=int, default=400)
parser.add_argument("--batch", type=int, default=128)
parser.add_argument("--threads", type=int, default=0)
options = parser.parse_args()
use_threads(options.threads)

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from adam_jax import adam, start

IMAGES, PIXELS, LATENT = 60_000, 784, 20
STEPS = IMAGES // options.batch


def linear(key, inputs, outputs):
    bound = inputs**-0.5
    w, b = jax.random.split(key)
    return jax.random.uniform(w, (inputs, outputs), minval=-bound, maxval=bound), jax.random.uniform(b, (outputs,), minval=-bound, maxval=bound)


def apply(layer, x):
    return x @ layer[0] + layer[1]


def loss(parameters, x, key):
    encoder, heads, decoder, pixels = parameters
    mu, log_variance = jnp.split(apply(heads, jax.nn.relu(apply(encoder, x))), 2, axis=1)
    z = mu + jnp.exp(0.5 * log_variance) * jax.random.normal(key, mu.shape)
    logits = apply(pixels, jax.nn.relu(apply(decoder, z)))
    return jnp.sum(jax.nn.softplus(logits) - x * logits) - 0.5 * jnp.sum(1 + log_variance - mu**2 - jnp.exp(log_variance))


@partial(jax.jit, donate_argnums=0)
def epoch(state, key, images):
    shuffle, noise = jax.random.split(key)
    batches = jax.random.permutation(shuffle, IMAGES)[: STEPS * options.batch].reshape(STEPS, options.batch)

    def body(state, batch):
        rows, key = batch
        value, gradient = jax.value_and_grad(loss)(state[0], images[rows], key)
        return adam(state, gradient), value

    state, values = lax.scan(body, state, (batches, jax.random.split(noise, STEPS)))
    return state, values.sum()


keys = jax.random.split(jax.random.key(1), 5)
sizes = [(PIXELS, options.hidden), (options.hidden, 2 * LATENT), (LATENT, options.hidden), (options.hidden, PIXELS)]
state = start([linear(key, *size) for key, size in zip(keys, sizes)])
images = jnp.asarray(np.random.default_rng(1).random((IMAGES, PIXELS), dtype=np.float32))
key = keys[4]


def repetition():
    global state, key
    key, own = jax.random.split(key)
    state, total = epoch(state, own, images)
    return float(total)


repetition()
answer("JAX scan", jax.__version__, repetition)
