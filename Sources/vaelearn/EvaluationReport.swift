import Autoencoders
import Cells
import Figures

/// An evaluation in words, as JSON and as a figure.
struct EvaluationReport {
    private let evaluation: Evaluation
    private let data: String
    private let part: String
    private let seed: UInt64

    init(_ evaluation: Evaluation, data: String, part: String, seed: UInt64) {
        (self.evaluation, self.data, self.part, self.seed) = (evaluation, data, part, seed)
    }

    private var count: Int { evaluation.estimates.count }
    private var posterior: PosteriorStatistics { evaluation.posterior }
    /// A mixture is no product over units: what its units tell is held to the standard prior.
    private var toStandard: String { evaluation.configuration.prior == nil ? "" : " to N(0, 1)" }
    private var effectiveDraws: [Double] { evaluation.estimates.map(\.effectiveDraws).sorted() }
    private var medianEffectiveDraws: Double { effectiveDraws[count / 2] }
    private var gap: ItemMean { ItemMean(evaluation.gaps) }

    // MARK: Words

    var text: String {
        let c = evaluation.configuration
        var text = "\(c.kind.rawValue) \(c.sizes), \(c.likelihoodSummary), on \(count) item\(count == 1 ? "" : "s") of \(shown(data)) (\(part)): "
            + "\(evaluation.samples) draw\(evaluation.samples == 1 ? "" : "s") of z an item\n\n"
        func line(_ name: String, _ value: String, _ note: String) {
            text += name + String(repeating: " ", count: max(1, 19 - name.count)) + value
                + (note.isEmpty ? "" : String(repeating: " ", count: max(2, 18 - value.count)) + note) + "\n"
        }
        func mean(_ name: String, _ mean: ItemMean, _ note: String = "") {
            let (value, error) = roundedTogether(mean.mean, mean.error)
            line(name, "\(value) ± \(error)".replacing("-", with: "−"), note)
        }
        let elbo = evaluation.elbo, nll = evaluation.nll
        mean("ELBO", elbo, "nats an item ± standard error over the items" + (c.beta == 1 ? "" : "; β counts as 1"))
        mean("reconstruction", evaluation.reconstruction, "−log p(x|z), averaged over the draws")
        mean("KL", evaluation.kl, "KL(q(z|x) ‖ p(z)), " + (c.prior == nil ? "exact" : "averaged over the draws"))
        let noise = evaluation.nllNoise
        mean("NLL", nll, "−log mean of the weights" + (noise.isFinite ? "; the draws alone make it uncertain by \(printf("%.2g", noise)) or more" : ""))
        mean("gap", gap, "−ELBO − NLL: what is left of KL(q(z|x) ‖ p(z|x))")
        line("bits a dimension", printf("%.4f", evaluation.bitsPerDimension), "NLL/(\(c.inputs) ln 2)")
        line("effective draws", printf("%.3g", medianEffectiveDraws), "of \(evaluation.samples), for the median item; \(printf("%.3g", effectiveDraws[0])) at least")
        line("active units", "\(posterior.activeUnits) of \(c.latent)", "variance of μ over the items above \(PosteriorStatistics.threshold)")
        line("", "\(posterior.unitsWithKL) of \(c.latent)", "KL\(toStandard) above \(PosteriorStatistics.threshold)")
        text += "\nKL by unit\(toStandard):\n"
        var row = ""
        for unit in posterior.unitsByKL {
            let entry = "  z\(unit) " + printf("%.3f", posterior.klPerUnit[unit])
            if row.count + entry.count > 78 {
                text += row + "\n"
                row = ""
            }
            row += entry
        }
        return text + row + "\n\n"
    }

    // MARK: JSON

    func json(figures: [String]) -> JSON {
        let c = evaluation.configuration
        func mean(_ mean: ItemMean) -> JSON {
            .object(["estimate": .number(mean.mean), "se": .number(mean.error), "n": .number(Double(count))])
        }
        func numbers(_ values: [Double]) -> JSON { .array(values.map(JSON.number)) }
        return .object([
            ("model", .string(c.kind.rawValue)), ("sizes", .string(c.sizes)), ("likelihood", .string(c.likelihood.rawValue)), ("beta", .number(c.beta)),
            ("data", .string(data)), ("split", .string(part)), ("items", .number(Double(count))), ("samples", .number(Double(evaluation.samples))),
            ("seed", JSON("\(seed)")), ("elbo", mean(evaluation.elbo)), ("reconstruction", mean(evaluation.reconstruction)),
            ("kl", mean(evaluation.kl)), ("nll", mean(evaluation.nll)), ("nll_noise", .number(evaluation.nllNoise)), ("gap", mean(gap)),
            ("bits_per_dimension", .number(evaluation.bitsPerDimension)),
            ("effective_draws", .object(["median": .number(medianEffectiveDraws), "min": .number(effectiveDraws[0])])),
            ("kl_per_unit", numbers(posterior.klPerUnit)), ("mean_variance_per_unit", numbers(posterior.meanVariances)),
            ("active_units", .object([
                "by_variance": .number(Double(posterior.activeUnits)), "by_kl": .number(Double(posterior.unitsWithKL)),
                "threshold": .number(PosteriorStatistics.threshold),
            ])),
            ("figures", .array(figures.map(JSON.string))),
        ])
    }

    // MARK: Figure

    /// More units than this cannot each have their name.
    private static let mostNames = 24

    var figure: Figure {
        let units = posterior.unitsByKL, latent = evaluation.configuration.latent
        let heights = units.map { posterior.klPerUnit[$0] }
        let named = units.count <= Self.mostNames
        let bars = Panel(
            title: "KL of each unit", xLabel: named ? "latent unit, by its KL" : "latent units, by their KL", yLabel: evaluation.configuration.prior == nil ? "KL(q(z|x) ‖ p(z)) (nats)" : "KL(q(z|x) ‖ N(0, 1)) (nats)",
            xScale: named ? .categories(units.map(String.init)) : .linear, marks: [.bars(.init(heights: heights))])
        let gaps = evaluation.gaps.filter(\.isFinite)
        let histogram = Panel(
            title: "What the bound misses, by item", xLabel: "−ELBO − NLL (nats)", yLabel: "items",
            marks: gaps.isEmpty ? [] : [.histogram(.init(x: gaps)), .verticalLine(.init(at: gap.mean, label: "mean " + printf("%.2f", gap.mean)))])
        let nll = roundedTogether(evaluation.nll.mean, evaluation.nll.error)
        let elbo = roundedTogether(evaluation.elbo.mean, evaluation.elbo.error)
        return Figure(
            id: "evaluation",
            title: "\(posterior.activeUnits) of \(latent) unit\(latent == 1 ? "" : "s") active; the bound lies \(printf("%.2f", max(0, gap.mean))) nats or more below log p(x)",
            caption: "\(evaluation.configuration.kind.rawValue) \(evaluation.configuration.sizes) on \(count) items of \(shown(String(data.split(separator: "/").last ?? "data"), limit: 60)) (\(part)), "
                + "\(evaluation.samples) draws of z an item, seed \(seed). ELBO \(elbo.0.replacing("-", with: "−")) ± \(elbo.1), NLL \(nll.0) ± \(nll.1). "
                + "Active: variance of μ over the items above \(PosteriorStatistics.threshold).",
            panels: [[bars, histogram]])
    }
}
