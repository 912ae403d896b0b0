import Cells
import Testing

@Suite("Cells: models")
struct ModelLibraryTests {
    @Test func likelihoods() {
        let data = "x = digits(30, seed=1).images; "
        expectTrue([
            data + "m = vae(inputs=[28, 28], hidden=8, latent=2, seed=1); len(elbo(m, x)) == 30 and m.size == 784*8+8 + 8*4+4 + 2*8+8 + 8*784+784",
            data + "r = train(vae(inputs=784, hidden=8, latent=2, seed=1, likelihood=\"gaussian\", sigma=\"learned\"), x, epochs=3, batch=5, lr=0.05, seed=1); r.model.sigma < 0.8 and r.model.sigma > 0.1",
            data + "m = vae(inputs=784, hidden=8, latent=2, seed=1, likelihood=\"gaussian\", sigma=\"learned\"); m.sigma == 1 and train(m, x, epochs=1, seed=1).model.sigma != 1 and m.sigma == 1",
            "vae(inputs=4, likelihood=\"gaussian\", sigma=0.25).sigma ~= 0.25",
            data + "r = train(vae(inputs=784, hidden=8, latent=2, seed=1, likelihood=\"continuous_bernoulli\"), x, epochs=3, batch=5, lr=0.01, seed=1); h = r.history.train_loss; h[2] < h[0]",
            data + "m = vae(inputs=784, hidden=8, latent=2, seed=1, likelihood=\"continuous_bernoulli\"); y = decode(m, randn(5, 2)); min(y) > 0 and max(y) < 1",
        ])
    }

    @Test func categories() {
        // Ten places of 27 classes: the letters of ten-letter words.
        let data = "x = where(abs(reshape(range(27), 1, 1, 27) - floor(27 * rand(40, 10, 1))) < 0.5, 1, 0); "
        expectTrue([
            data + "max(abs(sum(x, axis=2) - 1)) == 0",
            data + "m = vae(inputs=[10, 27], hidden=16, latent=2, likelihood=\"categorical\", seed=1); p = reshape(decode(m, randn(3, 2)), 3, 10, 27); max(abs(sum(p, axis=2) - 1)) < 1e-5 and min(p) > 0",
            data + "r = train(vae(inputs=[10, 27], hidden=16, latent=2, likelihood=\"categorical\", seed=1), x, epochs=5, batch=10, lr=0.01, seed=1); h = r.history.train_recon; h[4] < h[0] and abs(h[0] / (10 * log(27)) - 1) < 0.1",
            data + "m = vae(inputs=[10, 27], hidden=16, latent=2, likelihood=\"categorical\", seed=1); e = elbo(m, x); max(e) < 0 and abs(mean(e) / (10 * log(27)) + 1) < 0.1",
        ])
    }

    @Test func convolutions() {
        let data = "x = digits(24, seed=1).images; "
        expectTrue([
            data + "m = vae(inputs=784, conv=[3, 5], latent=2, seed=1); len(encode(m, x)[0]) == 24 and m.size == 3*16+3 + 5*3*16+5 + 4*(5*49)+4 + 2*(5*49)+5*49 + 5*3*16+3 + 3*16+1",
            data + "r = train(vae(inputs=[28, 28], conv=[3, 5], latent=2, seed=1), x, epochs=3, batch=6, lr=0.01, seed=1); h = r.history.train_loss; h[2] < h[0] and len(flatten(reconstruct(r, x))) == 24*784",
            data + "a = vae(inputs=[28, 28], conv=[4], latent=2, seed=1); b = vae(inputs=784, conv=4, latent=2, seed=1); max(abs(encode(a, x)[0] - encode(b, x)[0])) == 0",
            data + "m = ae(inputs=[1, 28, 28], conv=[3], latent=2, seed=1); len(flatten(encode(m, x))) == 48",
        ])
        expectOutput(["vae(inputs=784, conv=[8, 16], latent=3)": "<vae 28x28x1-14x14x8-7x7x16-3, bernoulli, 12231 parameters>\n"])
    }

    @Test func mistakes() {
        expect([
            Complaint("vae(likelihood=\"poisson\")", 1, 16, "no likelihood", hint: "continuous_bernoulli"), Complaint("vae(sigma=2)", 1, 11, "Gaussian", hint: "gaussian"),
            Complaint("vae(likelihood=\"gaussian\", sigma=0)", 1, 34, "number from"), Complaint("vae(likelihood=\"gaussian\", sigma=\"known\")", 1, 34, "learned"),
            Complaint("vae(likelihood=\"gaussian\", sigma=[1, 2])", 1, 34, "single number"), Complaint("vae(likelihood=\"categorical\", sigma=1)", 1, 37, "Gaussian"),
            Complaint("vae(inputs=4).sigma", 1, 15, "no .sigma"), Complaint("vae(conv=[4], hidden=3)", 1, 22, "exclude"),
            Complaint("vae(conv=[])", 1, 10, "1 to 8"), Complaint("vae(conv=[4, 5, 6])", 1, 10, "divisible by 8", hint: "channels"), Complaint("vae(conv=[0])", 1, 10, "sizes from 1"),
            Complaint("vae(conv=[1.5])", 1, 10, "whole number"), Complaint("vae(conv=\"x\")", 1, 10, "needs numbers"), Complaint("vae(inputs=785, conv=[4])", 1, 22, "grey pictures"),
            Complaint("linear_vae(conv=[4])", 1, 17, "no convolutions"), Complaint("vae(inputs=[])", 1, 12, "a size"), Complaint("vae(inputs=[1, 1, 1, 1, 1])", 1, 12, "a size"),
            Complaint("vae(inputs=[100000, 100000, 100000, 100000])", 1, 12, "a size"), Complaint("vae(inputs=[0, 28])", 1, 12, "sizes from 1"), Complaint("vae(hidden=[100000, 100000])", 1, 1, "GB of memory"),
            Complaint("train(vae(inputs=4, likelihood=\"categorical\"), [[1, 0, 0, 1]])", 1, 48, "probabilities that sum to 1", hint: "inputs=[places, classes]"),
            Complaint("train(vae(inputs=[2, 2], likelihood=\"categorical\"), [[1, 0, -1, 2]])", 1, 53, "probabilities that sum to 1", hint: "one-hot"),
            Complaint("train(vae(inputs=2, likelihood=\"continuous_bernoulli\"), [[1, 2]])", 1, 57, "from 0 to 1", hint: "gaussian"),
        ])
    }
}
