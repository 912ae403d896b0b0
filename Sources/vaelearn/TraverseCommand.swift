import Autoencoders
import Cells
import Figures

enum TraverseCommand: Command {
    static let name = "traverse"
    static let summary = "shows what each latent unit does"
    static let options: [Option] = [.value("unit"), .value("range"), .value("steps"), .value("data"), .value("item"), .value("out")]
    static let help = """
        vaelearn traverse runs/mnist
        vaelearn traverse runs/mnist --unit 3 --range -2,2 --item 7

        Writes the decoder's means while one latent unit moves and the others stay, a row a unit. Without --unit: the
        active units (mean KL above \(PosteriorStatistics.threshold) nats), at most \(mostUnits), those with the largest KL first.

          --unit K           one unit, counted from 0 as the columns of vaelearn encode
          --range A,B        the values it takes, -3,3
          --steps N          pictures in a row, 11
          --item I           the others stay at the posterior means of this item, counted from 0 in the order of
                             vaelearn encode; by default at 0
          --data D           other data than the model was trained on, for --item and the units' KL
          --out F            traversal.png; or a .pdf, .svg, or a .npy with the numbers

        """

    private static let mostUnits = 20

    static func run(_ arguments: Arguments) throws -> Int32 {
        let steps = try arguments.whole("steps") ?? 11
        guard (2...100).contains(steps) else { throw CommandError.wrongUse("--steps must be from 2 to 100, not \(steps).") }
        let (low, high) = try range(arguments), item = try arguments.whole("item"), asked = try arguments.whole("unit")
        let out = try ModelFiles.out(arguments, default: "traversal.png", endings: ModelFiles.figureEndings)
        let (model, configuration) = try ModelFiles.load(arguments)
        let latent = configuration.latent
        if let asked, !(0..<latent).contains(asked) {
            throw CommandError.wrongUse("--unit must be from 0 to \(latent - 1), not \(asked).")
        }

        // One unit about 0 needs no data.
        let data = asked == nil || item != nil || arguments.has("data") ? try ModelFiles.data(arguments, configuration) : nil
        var base = [Float](repeating: 0, count: latent)
        if let item, let data { base = model.encode(try ModelFiles.item(item, of: data, option: "item")).means }
        var rows = asked.map { [(unit: $0, label: "z\($0)")] } ?? []
        var chosen = ""
        if asked == nil, let data { (rows, chosen) = units(model, data.part("test").items) }

        let values = (0..<steps).map { Float(low + (high - low) * Double($0) / Double(steps - 1)) }
        var codes: [Float] = []
        for row in rows {
            for value in values {
                var code = base
                code[row.unit] = value
                codes += code
            }
        }
        let made = model.decode(codes)
        var images = Pictures.images(made, shape: configuration.shape, columns: steps)
        images.rowLabels = rows.map(\.label)
        if steps <= 16 { images.columnLabels = values.map { shortNumber(Double($0), digits: 2).replacing("-", with: "−") } }
        let figure = Figure(
            id: "traversal", title: rows.count == 1 ? "What unit z\(rows[0].unit) does" : "What each latent unit does",
            caption: "Decoder means of \(model.configuration.kind.rawValue) \(model.configuration.sizes); the other units stay at "
                + (item.map { "the posterior means of item \($0)" } ?? "0") + "." + chosen,
            panels: [[Panel(marks: [.images(images)])]])
        try ModelFiles.write(made, shape: configuration.shape, as: figure, to: out)
        return ExitCode.good
    }

    /// Which units to show, and a sentence about the choice. The codes of an `ae` have no KL: their variance stands for it.
    private static func units(_ model: TrainedModel, _ items: [Float]) -> (rows: [(unit: Int, label: String)], sentence: String) {
        let latent = model.configuration.latent
        guard model.configuration.kind != .ae else {
            let codes = model.encode(items).means
            let variances = (0..<latent).map { unit in
                let values = stride(from: unit, to: codes.count, by: latent).map { Double(codes[$0]) }, n = Double(values.count)
                let mean = values.reduce(0, +) / n
                return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
            }
            let order = (0..<latent).sorted { variances[$0] == variances[$1] ? $0 < $1 : variances[$0] > variances[$1] }.prefix(mostUnits)
            return (order.map { ($0, "z\($0), variance \(printf("%.2g", variances[$0]))") }, " By the codes' variance over the data.")
        }
        let posterior = model.posteriorStatistics(of: items), active = posterior.unitsWithKL
        let order = posterior.unitsByKL.prefix(min(active == 0 ? latent : active, mostUnits))
        let sentence = active == 0
            ? " No unit has a KL above \(PosteriorStatistics.threshold) nats: none does anything."
            : " \(active) of \(latent) units have a KL above \(PosteriorStatistics.threshold) nats" + (active > order.count ? "; the first \(order.count) of them." : ".")
        return (order.map { ($0, "z\($0), KL \(printf("%.2f", posterior.klPerUnit[$0]))") }, sentence)
    }

    private static func range(_ arguments: Arguments) throws -> (Double, Double) {
        guard let text = arguments.value("range") else { return (-3, 3) }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
        guard parts.count == 2, let low = parts[0], let high = parts[1], low < high, low.magnitude <= 1e6, high.magnitude <= 1e6 else {
            throw CommandError.wrongUse("--range needs two numbers, the smaller first, not \"\(shown(text))\".", hint: "--range -3,3")
        }
        return (low, high)
    }
}
