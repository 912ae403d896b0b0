import Autoencoders
import Cells
import Figures

enum InterpolateCommand: Command {
    static let name = "interpolate"
    static let summary = "shows the way from one item or draw to another through the latent space"
    static let options: [Option] = [
        .value("from"), .value("to"), .value("seeds"), .value("steps"), .value("mode"), .value("data"), .value("out"),
    ]
    static let help = """
        vaelearn interpolate runs/mnist --from 3 --to 8
        vaelearn interpolate runs/mnist --seeds 1,2 --mode slerp --out way.pdf

        Writes the decoder's means along a path between two codes: the posterior means of two items,
        or two draws from the prior.

          --from I --to J    items of the data, counted from 0 in the order of vaelearn encode; 0 and 1
          --seeds A,B        instead: the draws that vaelearn sample --n 1 makes of these seeds
          --steps N          pictures, the two ends among them, 11
          --mode M           lerp (the default), a straight line; or slerp, where the direction turns evenly and the length goes
                             evenly from one to the other
          --data D           other data than the model was trained on
          --out F            interpolation.png; or a .pdf, .svg, or a .npy with the numbers

        """

    static func run(_ arguments: Arguments) throws -> Int32 {
        let steps = try arguments.whole("steps") ?? 11
        guard (2...2500).contains(steps) else { throw CommandError.wrongUse("--steps must be from 2 to 2500, not \(steps).") }
        let modeName = arguments.value("mode") ?? "lerp"
        guard let mode = Interpolation(rawValue: modeName) else {
            throw CommandError.wrongUse("there is no mode \"\(shown(modeName))\".", hint: "lerp or slerp")
        }
        let seeds = try seeds(arguments)
        if seeds != nil, ["from", "to", "data"].contains(where: arguments.has) {
            throw CommandError.wrongUse("--seeds goes between draws, and --from, --to and --data between items: say one or the other.")
        }
        guard arguments.has("from") == arguments.has("to") else { throw CommandError.wrongUse("--from and --to belong together.") }
        let (from, to) = (try arguments.whole("from") ?? 0, try arguments.whole("to") ?? 1)
        let out = try ModelFiles.out(arguments, default: "interpolation.png", endings: ModelFiles.figureEndings)
        let (model, configuration) = try ModelFiles.load(arguments)

        let ends: [[Float]], names: [String]
        if let seeds {
            ends = seeds.map { model.priorCodes(1, seed: $0) }
            names = seeds.map { "draw \($0)" }
        } else {
            let data = try ModelFiles.data(arguments, configuration)
            ends = try [("from", from), ("to", to)].map { model.encode(try ModelFiles.item($0.1, of: data, option: $0.0)).means }
            names = [from, to].map { "item \($0)" }
        }
        let made = model.decode(mode.path(from: ends[0], to: ends[1], steps: steps))
        let columns = min(steps, 16)
        var images = Pictures.images(made, shape: configuration.shape, columns: columns)
        if steps == columns { images.columnLabels = (0..<steps).map { shortNumber(Double($0) / Double(steps - 1), digits: 2) } }
        let figure = Figure(
            id: "interpolation", title: "From \(names[0]) to \(names[1])",
            caption: "Decoder means of \(model.configuration.kind.rawValue) \(model.configuration.sizes) along a "
                + (mode == .lerp ? "straight line between the codes." : "turn from one code to the other."),
            panels: [[Panel(marks: [.images(images)])]])
        try ModelFiles.write(made, shape: configuration.shape, as: figure, to: out)
        return ExitCode.good
    }

    private static func seeds(_ arguments: Arguments) throws -> [UInt64]? {
        guard let text = arguments.value("seeds") else { return nil }
        let seeds = text.split(separator: ",", omittingEmptySubsequences: false).map { UInt64($0) }
        guard seeds.count == 2, let a = seeds[0], let b = seeds[1] else {
            throw CommandError.wrongUse("--seeds needs two whole numbers, not \"\(shown(text))\".", hint: "--seeds 1,2")
        }
        return [a, b]
    }
}
