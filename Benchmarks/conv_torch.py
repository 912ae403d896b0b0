"""Ten training steps of the convolutional VAE 1-32-64 (4x4, stride 2, padding 1), latent 20, transposed convolutions
back; Bernoulli from logits, Adam 1e-3, batches of 128 images of 28x28."""
from peer import answer, use_threads

threads = use_threads(0)
import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(threads)
torch.set_flush_denormal(True)
torch.manual_seed(1)
STEPS, BATCH, LATENT = 10, 128, 20


class ConvolutionalVAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.narrow = nn.Sequential(nn.Conv2d(1, 32, 4, 2, 1), nn.ReLU(), nn.Conv2d(32, 64, 4, 2, 1), nn.ReLU(), nn.Flatten())
        self.heads, self.spread = nn.Linear(64 * 7 * 7, 2 * LATENT), nn.Linear(LATENT, 64 * 7 * 7)
        self.widen = nn.Sequential(nn.ConvTranspose2d(64, 32, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(32, 1, 4, 2, 1))

    def forward(self, x):
        mu, log_variance = self.heads(self.narrow(x)).chunk(2, 1)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * log_variance)
        return self.widen(F.relu(self.spread(z)).view(-1, 64, 7, 7)), mu, log_variance


model = ConvolutionalVAE()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
images = torch.rand(STEPS * BATCH, 1, 28, 28)


def epoch():
    order, total = torch.randperm(STEPS * BATCH), torch.zeros(())
    for rows in order.split(BATCH):
        x = images[rows]
        optimizer.zero_grad()
        logits, mu, log_variance = model(x)
        reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        loss = reconstruction - 0.5 * torch.sum(1 + log_variance - mu.pow(2) - log_variance.exp())
        loss.backward()
        optimizer.step()
        total += loss.detach()
    return total.item()


epoch()
answer("PyTorch eager", torch.__version__, epoch)
