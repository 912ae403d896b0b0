"""One epoch of the VAE 784-H-20-H-784: Bernoulli from logits, ReLU, Adam 1e-3; 60,000 images, whole batches, shuffled.

    mlp_torch.py [--mode eager|compile] [--hidden 400] [--batch 128] [--threads 0]
"""
import argparse

from peer import answer, use_threads

parser = argparse.ArgumentParser()
parser.add_argument("--mode", choices=["eager", "compile"], default="eager")
parser.add_argument("--hidden", type=int, default=400)
parser.add_argument("--batch", type=int, default=128)
parser.add_argument("--threads", type=int, default=0)
options = parser.parse_args()
threads = use_threads(options.threads)

import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(threads)
torch.set_flush_denormal(True)
torch.manual_seed(1)
IMAGES, PIXELS, LATENT = 60_000, 784, 20


class VAE(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.encoder, self.heads = nn.Linear(PIXELS, hidden), nn.Linear(hidden, 2 * LATENT)
        self.decoder, self.pixels = nn.Linear(LATENT, hidden), nn.Linear(hidden, PIXELS)

    def forward(self, x):
        mu, log_variance = self.heads(F.relu(self.encoder(x))).chunk(2, 1)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * log_variance)
        return self.pixels(F.relu(self.decoder(z))), mu, log_variance


model = VAE(options.hidden)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)


def objective(x):
    logits, mu, log_variance = model(x)
    reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    return reconstruction - 0.5 * torch.sum(1 + log_variance - mu.pow(2) - log_variance.exp())


loss = torch.compile(objective) if options.mode == "compile" else objective
images = torch.rand(IMAGES, PIXELS)


def step(x):
    optimizer.zero_grad()
    value = loss(x)
    value.backward()
    optimizer.step()
    return value.detach()


def epoch():
    order, total = torch.randperm(IMAGES), torch.zeros(())
    for i in range(0, IMAGES - options.batch + 1, options.batch):
        total += step(images[order[i : i + options.batch]])
    return total.item()


for _ in range(20):
    step(images[: options.batch])
answer("PyTorch " + options.mode, torch.__version__, epoch)
