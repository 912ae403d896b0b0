"""Forward and backward of 0.5 * sum(mu^2 + exp(lv) - lv - 1) on vectors of two, double precision: the cost of a tape.
The time is that of one forward and backward, the mean of 2,000."""
from peer import answer, use_threads

use_threads(1)
import torch

torch.set_num_threads(1)
ROUNDS = 2000


def repetition():
    for _ in range(ROUNDS):
        mu = torch.tensor([0.5, -1.2], dtype=torch.float64, requires_grad=True)
        lv = torch.tensor([0.1, -0.7], dtype=torch.float64, requires_grad=True)
        (0.5 * (mu**2 + lv.exp() - lv - 1).sum()).backward()


repetition()
answer("PyTorch", torch.__version__, repetition, divisor=ROUNDS)
