import Autodiff
import Probability

extension Library {
    static let distributions: [Builtin] = [
        Builtin("Normal(mu, sigma)") { call in .distribution(try Normal(mu: call.tensor("mu"), sigma: call.tensor("sigma"))) },
        Builtin("MultivariateNormal(mu, cov)") { call in
            .distribution(try MultivariateNormal(mu: call.tensor("mu"), covariance: call.tensor("cov")))
        },
        Builtin("Bernoulli(p=, logits=)") { call in
            .distribution(try either(call, "p") ? Bernoulli(probability: call.tensor("p")) : Bernoulli(logits: call.tensor("logits")))
        },
        Builtin("Categorical(p=, logits=)") { call in
            .distribution(try either(call, "p") ? Categorical(probabilities: call.tensor("p")) : Categorical(logits: call.tensor("logits")))
        },
        Builtin("ContinuousBernoulli(lambda=, logits=)") { call in
            .distribution(
                try either(call, "lambda")
                    ? ContinuousBernoulli(lambda: call.tensor("lambda")) : ContinuousBernoulli(logits: call.tensor("logits")))
        },
        Builtin("Uniform(a, b)") { call in .distribution(try Uniform(low: call.tensor("a"), high: call.tensor("b"))) },
        Builtin("Laplace(mu, b)") { call in .distribution(try Laplace(mu: call.tensor("mu"), scale: call.tensor("b"))) },
        Builtin("Exponential(rate)") { call in .distribution(try Exponential(rate: call.tensor("rate"))) },
        Builtin("Mixture(weights, components)") { call in
            let components = try call.items("components").map { item -> any Distribution in
                guard case .distribution(let d) = item else {
                    throw CellError("The components of a mixture are distributions, and here is \(item.kind).", at: call.span(of: "components"))
                }
                return d
            }
            try call.evaluator.checkedNesting(of: components.map(Value.distribution), mostParts: 10_000, at: call.span(of: "components"))
            return .distribution(try Mixture(weights: call.tensor("weights"), components: components))
        },
        Builtin("logpdf(d, x)") { call in .tensor(try call.distribution("d").logDensity(call.tensor("x"))) },
        Builtin("logpmf(d, x)") { call in .tensor(try call.distribution("d").logDensity(call.tensor("x"))) },
        Builtin("cdf(d, x)") { call in .tensor(try call.distribution("d").cdf(call.tensor("x"))) },
        Builtin("entropy(d)") { call in .tensor(try call.distribution("d").entropy()) },
        Builtin("kl(q, p)") { call in .tensor(try klDivergence(call.distribution("q"), call.distribution("p"))) },
        Builtin("estimate(samples)") { call in
            if case .estimate = call.value("samples") { return call.value("samples") }
            return .estimate(try Estimate(samples: call.tensor("samples")))
        },
    ]

    /// Whether the first of two ways to give a parameter was taken; exactly one must be.
    private static func either(_ call: BuiltinCall, _ first: String) throws -> Bool {
        guard call.has(first) != call.has("logits") else {
            throw call.failure("Give either \(first) or logits.", hint: "logits=l stands for probabilities sigmoid(l), or softmax(l)")
        }
        return call.has(first)
    }
}
