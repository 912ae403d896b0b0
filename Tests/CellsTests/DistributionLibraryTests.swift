import Cells
import Testing

@Suite("Cells: distributions, calculus, estimates, draws")
struct DistributionLibraryTests {
    @Test func distributions() {
        expectTrue([
            "logpdf(Normal(0, 1), 0) ~= -0.5 * log(2 * pi)", "cdf(Normal(0, 1), 0) ~= 0.5", "entropy(Normal(0, 1)) ~= 0.5 * log(2 * pi * exp(1))", "mean(Normal(3, 2)) ~= 3", "var(Normal(3, 2)) ~= 4", "std(Normal(3, 2)) ~= 2", "kl(Normal(1, 1), Normal(0, 1)) ~= 0.5",
            "logpmf(Bernoulli(0.25), 1) ~= log(0.25)", "mean(Bernoulli(logits=0)) ~= 0.5", "logpmf(Categorical([0.2, 0.8]), 1) ~= log(0.8)", "logpdf(Categorical(logits=[0, 0]), 0) ~= log(0.5)", "entropy(Categorical(p=[0.5, 0.5])) ~= log(2)", "logpdf(ContinuousBernoulli(0.5), 0.3) ~= 0", "mean(ContinuousBernoulli(logits=0)) ~= 0.5",
            "logpdf(Uniform(0, 2), 1) ~= -log(2)", "logpdf(Uniform(0, 2), 3) == -inf", "logpdf(Laplace(0, 1), 0) ~= -log(2)", "mean(Exponential(4)) ~= 0.25", "cdf(Exponential(1), 1) ~= 1 - exp(-1)", "mean(Mixture([0.5, 0.5], [Normal(0, 1), Normal(2, 1)])) ~= 1", "d = MultivariateNormal([0, 0], eye(2)); logpdf(d, [0, 0]) ~= -log(2 * pi)",
            "d = MultivariateNormal([1, 2], [[2, 0.5], [0.5, 1]]); kl(d, d) ~= 0", "shape(sample(MultivariateNormal([0, 0], eye(2)), 5)) == [5, 2] == [1, 1] == [1, 1] or true", "kl(Bernoulli(0.3), Bernoulli(0.3)) ~= 0", "kl(Categorical([0.5, 0.5]), Categorical([0.25, 0.75])) > 0", "integrate(x -> exp(logpdf(Laplace(1, 2), x)), -inf, inf) ~= 1",
        ].filter { !$0.contains("or true") })
        expect([
            "shape(sample(Normal(zeros(3), 1), 5))": #"{"shape": [2], "data": [5, 3]}"#, "shape(sample(Normal(0, 1)))": #"{"shape": [0], "data": []}"#, "shape(sample(MultivariateNormal([0, 0], eye(2)), 5))": #"{"shape": [2], "data": [5, 2]}"#, "shape(sample(Normal(0, 1), 0))": #"{"shape": [1], "data": [0]}"#, "shape(logpdf(Normal([0, 1], 1), [[0, 0], [1, 1], [2, 2]]))": #"{"shape": [2], "data": [3, 2]}"#,
            "shape(logpdf(MultivariateNormal([0, 0], eye(2)), zeros(4, 2)))": #"{"shape": [1], "data": [4]}"#, "Normal(0, 1)": #"{"type": "distribution"}"#, "min(sample(Bernoulli(0.5), 50) * (1 - sample(Bernoulli(1), 50)))": "0",
        ])
    }

    @Test func calculus() {
        expectTrue([
            "integrate(x -> x^2, 0, 3) ~= 9", "abs(integrate(x -> exp(-x^2), -inf, inf) - sqrt(pi)) < 1e-12", "abs(integrate(log, 0, 1) + 1) < 1e-9", "integrate(sin, 0, pi) ~= 2", "integrate(x -> x, 1, 0) ~= -0.5", "abs(integrate2((x, y) -> x * y, 0, 1, 0, 2) - 1) < 1e-10", "gauss_hermite(x -> x^2, 10) ~= 1", "abs(gauss_hermite(x -> x^4, 20) - 3) < 1e-10",
            "max(abs(gauss_hermite(x -> [x, x^2], 8) - [0, 1])) < 1e-12", "a = param(2); grad(gauss_hermite(x -> a * x^2, 5), a) ~= 1", "integrate(f=exp, a=0, b=1) ~= exp(1) - 1",
        ])
    }

    @Test func estimates() {
        expect([
            "estimate([1, 2, 3, 4]).value": "2.5", "estimate([2, 4])": #"{"estimate": 3, "se": 1, "n": 2}"#, "estimate([2, 4]) + 1": #"{"estimate": 4, "se": 1, "n": 2}"#, "1 - estimate([2, 4])": #"{"estimate": -2, "se": 1, "n": 2}"#, "2 * estimate([2, 4])": #"{"estimate": 6, "se": 2, "n": 2}"#, "estimate([2, 4]) / 2": #"{"estimate": 1.5, "se": 0.5, "n": 2}"#, "-estimate([2, 4])": #"{"estimate": -3, "se": 1, "n": 2}"#,
            "e = estimate([0, 6]) + estimate([0, 8]); e": #"{"estimate": 7, "se": 5, "n": 2}"#, "(estimate([0, 6]) - estimate([0, 8])).se": "5", "estimate([[1, 10], [3, 30]])": #"{"estimate": {"shape": [2], "data": [2, 20]}, "se": {"shape": [2], "data": [1, 10]}, "n": 2}"#, "estimate(estimate([2, 4])).n": "2", "[1, 2] * estimate([2, 4])": #"{"estimate": {"shape": [2], "data": [3, 6]}, "se": {"shape": [2], "data": [1, 2]}, "n": 2}"#,
            "estimate([2, 4]) ~= 3.5": "true", "estimate([2, 4]) ~= 8": "false", "true + estimate([2, 4])": #"{"estimate": 4, "se": 1, "n": 2}"#, "[estimate([2, 4]), 1][0].value": "3",
        ])
        expectTrue(["e = estimate([2, 4]) * estimate([2, 4]); e.se ~= sqrt(9 + 9 + 1)", "e = estimate([2, 4]) / estimate([2, 4]); e.se ~= sqrt(2) / 3", "(1 / estimate([2, 4])).se ~= 1 / 9"])
        expect([
            Complaint("estimate(3)", 1, 1, "single number", hint: "leave out the mean"), Complaint("estimate([3])", 1, 1, "two samples or more"), Complaint("estimate([2, 4])^2", 1, 17, "does not join", hint: ".value"), Complaint("exp(estimate([2, 4]))", 1, 5, "needs numbers", hint: ".value"), Complaint("estimate([2, 4]) < 3", 1, 18, "does not join", hint: ".value"), Complaint("estimate([2, 4]).mean", 1, 18, "no .mean", hint: "value"),
        ])
    }

    @Test func draws() {
        expect([
            "shape(randn(2, 3))": #"{"shape": [2], "data": [2, 3]}"#, "shape(rand([4]))": #"{"shape": [1], "data": [4]}"#, "shape(randn())": #"{"shape": [0], "data": []}"#, "sort(permutation(4))": #"{"shape": [4], "data": [0, 1, 2, 3]}"#, "permutation(0)": #"{"shape": [0], "data": []}"#, "min(rand(1000)) >= 0 and max(rand(1000)) < 1": "true",
            "seed(3); a = randn(2); seed(3); b = randn(2); min(a == b) == 1": "true", "randn() == randn()": "false", "a = randn(3); b = randn(3); max(abs(a - b)) > 0": "true",
        ])
        // The same seed gives the same draws; another cell, or another seed, others.
        var first = CellState(), second = CellState(), third = CellState()
        let a = run("randn(3)", in: &first, seed: 1).result?.json.text, b = run("randn(3)", in: &second, seed: 1).result?.json.text
        let c = run("1\n%%\nrandn(3)", in: &third, seed: 1).result?.json.text
        #expect(a == b && a != c)
        #expect(run("randn(3)", in: &second, seed: 2).result?.json.text != a)
    }

    @Test func refusals() {
        expect([
            Complaint("Normal(0, -1)", 1, 1, "sigma"), Complaint("Normal(0)", 1, 1, "needs a value for sigma", hint: "Normal(mu, sigma)"), Complaint("Bernoulli()", 1, 1, "Give either p or logits"), Complaint("Bernoulli(0.5, logits=0)", 1, 1, "Give either p or logits"), Complaint("Bernoulli(2)", 1, 1, "between 0 and 1", hint: "logits"), Complaint("Categorical([0.5, 0.6])", 1, 1, "1"),
            Complaint("logpdf(3, 4)", 1, 8, "needs a distribution"), Complaint("sample(3, 4)", 1, 8, "needs a distribution"), Complaint("sample(Normal(0, 1), -1)", 1, 22, "cannot be negative"), Complaint("sample(Normal(0, 1), 1.5)", 1, 22, "whole number"), Complaint("kl(Mixture([1], [Normal(0, 1)]), Normal(0, 1))", 1, 1, "closed form", hint: "estimate"), Complaint("entropy(Mixture([1], [Normal(0, 1)]))", 1, 1, "closed form", hint: "estimate"),
            Complaint("Mixture([0.5, 0.5], [1, 2])", 1, 21, "distributions"), Complaint("sample(Normal(0, 1), 1e12)", 1, 1, "does not fit", hint: "fewer samples"), Complaint("MultivariateNormal([0, 0], [[1, 2], [2, 1]])", 1, 1, ""), Complaint("Normal([0, 1], [1, 2, 3])", 1, 1, "broadcast", hint: "aligned from the right"), Complaint("integrate(x -> 1 / x, 0, 1)", 1, 1, "did not settle", hint: "diverge"), Complaint("integrate(3, 0, 1)", 1, 11, "needs a function"),
            Complaint("integrate(x -> \"a\", 0, 1)", 1, 1, "single number"), Complaint("gauss_hermite(x -> x, 0)", 1, 23, "1 to 256"), Complaint("gauss_hermite(x -> \"a\", 3)", 1, 1, "must give numbers"), Complaint("minimize(x -> x^2, 3, steps=-1)", 1, 29, "negative"), Complaint("permutation(-1)", 1, 13, "negative"), Complaint("seed(1.5)", 1, 6, "whole number"),
        ])
    }
}
