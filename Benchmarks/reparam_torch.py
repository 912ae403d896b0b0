"""d/d(mu, lv) of the mean of (z - 1)^2 over a million z = mu + exp(lv / 2) * eps, eps drawn afresh, double precision."""
from peer import answer, use_threads

threads = use_threads(0)
import torch

torch.set_num_threads(threads)
SAMPLES = 1_000_000


def repetition():
    mu = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    lv = torch.tensor(0.1, dtype=torch.float64, requires_grad=True)
    z = mu + torch.exp(lv / 2) * torch.randn(SAMPLES, dtype=torch.float64)
    ((z - 1) ** 2).mean().backward()
    # The exact gradients are 2(mu - 1) = -1 and exp(lv) = 1.105; a standard error is about 0.002.
    assert abs(mu.grad.item() + 1) < 0.02 and abs(lv.grad.item() - 1.10517) < 0.02


repetition()
answer("PyTorch", torch.__version__, repetition)
