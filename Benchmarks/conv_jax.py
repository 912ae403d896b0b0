"""The same ten steps as conv_torch.py, compiled as a whole by lax.scan, in XLA's preferred layout (channels last)."""
from functools import partial

from peer import answer, use_threads

use_threads(0)
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from adam_jax import adam, start

STEPS, BATCH, LATENT = 10, 128, 20
LAYOUT = ("NHWC", "HWIO", "NHWC")


def layer(key, *shape):
    """Weights, the last axis being the outputs, and biases."""
    fan_in = 1
    for size in shape[:-1]:
        fan_in *= size
    return jax.random.uniform(key, shape, minval=-(fan_in**-0.5), maxval=fan_in**-0.5), jnp.zeros(shape[-1])


def narrow(layer, x):
    return lax.conv_general_dilated(x, layer[0], (2, 2), ((1, 1), (1, 1)), dimension_numbers=LAYOUT) + layer[1]


def widen(layer, x):
    return lax.conv_transpose(x, layer[0], (2, 2), "SAME", dimension_numbers=LAYOUT) + layer[1]


def loss(parameters, x, key):
    p = parameters
    h = jax.nn.relu(narrow(p["narrow2"], jax.nn.relu(narrow(p["narrow1"], x)))).reshape(x.shape[0], -1)
    mu, log_variance = jnp.split(h @ p["heads"][0] + p["heads"][1], 2, axis=1)
    z = mu + jnp.exp(0.5 * log_variance) * jax.random.normal(key, mu.shape)
    h = jax.nn.relu(z @ p["spread"][0] + p["spread"][1]).reshape(-1, 7, 7, 64)
    logits = widen(p["widen2"], jax.nn.relu(widen(p["widen1"], h)))
    return jnp.sum(jax.nn.softplus(logits) - x * logits) - 0.5 * jnp.sum(1 + log_variance - mu**2 - jnp.exp(log_variance))


@partial(jax.jit, donate_argnums=0)
def epoch(state, key, images):
    shuffle, noise = jax.random.split(key)
    batches = jax.random.permutation(shuffle, STEPS * BATCH).reshape(STEPS, BATCH)

    def body(state, batch):
        rows, key = batch
        value, gradient = jax.value_and_grad(loss)(state[0], images[rows], key)
        return adam(state, gradient), value

    state, values = lax.scan(body, state, (batches, jax.random.split(noise, STEPS)))
    return state, values.sum()


shapes = {"narrow1": (4, 4, 1, 32), "narrow2": (4, 4, 32, 64), "heads": (64 * 7 * 7, 2 * LATENT),
          "spread": (LATENT, 64 * 7 * 7), "widen1": (4, 4, 64, 32), "widen2": (4, 4, 32, 1)}
keys = jax.random.split(jax.random.key(1), len(shapes) + 1)
state = start({name: layer(key, *shape) for key, (name, shape) in zip(keys, shapes.items())})
images = jnp.asarray(np.random.default_rng(1).random((STEPS * BATCH, 28, 28, 1), dtype=np.float32))
key = keys[-1]


def repetition():
    global state, key
    key, own = jax.random.split(key)
    state, total = epoch(state, own, images)
    return float(total)


repetition()
answer("JAX scan", jax.__version__, repetition)
