"""Adam with the usual constants, over any tree of arrays. The state is (parameters, first moment, second moment, step)."""
import jax
import jax.numpy as jnp


def start(parameters):
    return parameters, jax.tree.map(jnp.zeros_like, parameters), jax.tree.map(jnp.zeros_like, parameters), jnp.ones(())


def adam(state, gradient, rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    parameters, first, second, step = state
    first = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, first, gradient)
    second = jax.tree.map(lambda v, g: beta2 * v + (1 - beta2) * g * g, second, gradient)

    def moved(p, m, v):
        return p - rate * (m / (1 - beta1**step)) / (jnp.sqrt(v / (1 - beta2**step)) + eps)
    return jax.tree.map(moved, parameters, first, second), first, second, step + 1
