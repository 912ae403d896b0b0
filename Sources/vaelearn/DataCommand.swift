import Cells
import Datasets
import Figures
import Glibc
import Terminal

enum DataCommand: Command {
    static let name = "data"
    static let summary = "lists, describes and fetches data sets"
    static let options: [Option] = [.value("mirror"), .value("out"), .value("seed")]
    static let help = """
        vaelearn data list
        vaelearn data info digits
        vaelearn data info my-pictures/
        vaelearn data fetch mnist

        Data are made on the spot, fetched by name, or read from a path: an IDX file or a folder of them (.gz too), .npy,
        .npz, .csv, a folder with a sub-folder of PNG pictures for each class.

          list               the data that are known by name
          info D             shape, range and classes of D, and a contact sheet of its items
          fetch NAME         downloads a published set into the cache; started again, it goes on where it stopped

          --out DIR          where info writes the contact sheet (the cache)
          --seed S           for data that are made on the spot (1)
          --mirror URL       the folder to fetch from, instead of the set's own

        Exit code 3 where the data cannot be read or fetched.

        """

    static func run(_ arguments: Arguments) throws -> Int32 {
        switch (arguments.words.first, arguments.words.count) {
        case ("list", 1): list()
        case ("info", 2): try reporting { try info(arguments.words[1], arguments) }
        case ("fetch", 2):
            do {
                try reporting { try fetch(arguments.words[1], arguments) }
            } catch is Interrupted {
                writeError("interrupted: the same command goes on from here\n")
                return ExitCode.interrupted
            }
        case ("info", _): throw CommandError.wrongUse("info needs one data set.", hint: "vaelearn data info digits")
        case ("fetch", _): throw CommandError.wrongUse("fetch needs one name.", hint: "vaelearn data fetch mnist")
        case (nil, _): throw CommandError.wrongUse("say what to do with data: list, info or fetch.", hint: "vaelearn data list")
        case (let word?, _):
            let near = closest(word, among: ["list", "info", "fetch"])
            throw CommandError.wrongUse("data knows list, info and fetch, not \"\(shown(word))\".", hint: near.map { "vaelearn data \($0)" })
        }
        return ExitCode.good
    }

    /// Where fetched sets lie, each in a folder of its name.
    static var cache: String? { UserFolders.cache.map { $0 + "/data" } }

    private struct Interrupted: Error {}

    private static func reporting(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as DatasetError {
            throw CommandError.badInput("\(error)", hint: error.hint)
        } catch let error as FigureError {
            throw CommandError.badInput(error.message, hint: error.hint)
        }
    }

    // MARK: list

    private static func list() {
        let width = (GeneratedSet.all.map(\.name) + KnownSet.all.map(\.name)).map(\.count).max()! + 2
        func line(_ name: String, _ text: String) { writeOut("  " + name + String(repeating: " ", count: width - name.count) + text + "\n") }
        writeOut("made on the spot\n")
        for set in GeneratedSet.all { line(set.name, set.summary) }
        writeOut("\nto be fetched\n")
        for set in KnownSet.all {
            let folder = cache.map { $0 + "/" + set.name }
            let isFetched = folder.map(set.isFetched(in:)) ?? false
            line(set.name, set.summary)
            line("", isFetched ? "in " + shortPath(folder!) : "\(set.size / 1_000_000) MB: vaelearn data fetch \(set.name)")
        }
        writeOut("\nor a path: an IDX file or folder, .npy, .npz, .csv, a folder of PNG pictures by class\n")
    }

    // MARK: info

    private static func info(_ word: String, _ arguments: Arguments) throws {
        let data = try Dataset.named(word, cache: cache, seed: try arguments.seed() ?? 1)
        let (train, test) = data.split()
        let summary = DataSummary(data)
        writeOut(shown(word) + "\n")
        writeOut("format   \(data.format)\n")
        writeOut("items    \(train.count) to train on, \(test.count) to test on" + (data.test == nil ? " (the last 10% held out)\n" : "\n"))
        writeOut("shape    \(train.shape.map(String.init).joined(separator: " × "))\n")
        writeOut("range    \(printf("%g", Double(summary.least))) to \(printf("%g", Double(summary.most))), mean \(printf("%.4g", summary.mean))\n")
        if summary.missing > 0 { writeOut("missing  \(summary.missing) numbers are NaN or infinite\n") }
        if !train.factorNames.isEmpty { writeOut("factors  \(train.factorNames.joined(separator: ", "))\n") }
        if let counts = summary.classCounts {
            let shownCounts = zip(train.classNames, counts).prefix(40).map { "\($0) (\($1))" }.joined(separator: ", ")
            writeOut("classes  \(train.classNames.count): \(shownCounts)" + (counts.count > 40 ? ", …\n" : "\n"))
        }
        let sheet = ContactSheet(data, name: word)
        guard let folder = arguments.value("out") ?? UserFolders.cache.map({ $0 + "/contact-sheets" }) else {
            throw CommandError.badInput("there is no HOME to keep the contact sheet in.", hint: "say where with --out DIR")
        }
        let paths = try sheet.figure.write(to: folder, formats: [.png])
        writeOut("sheet    \(paths.map(shortPath).joined(separator: ", "))\n")
    }

    // MARK: fetch

    private static func fetch(_ name: String, _ arguments: Arguments) throws {
        guard let set = KnownSet.named(name) else {
            let known = KnownSet.all.map(\.name)
            throw CommandError.wrongUse(
                "there is no published set \"\(shown(name))\" to fetch.",
                hint: closest(name, among: known).map { "vaelearn data fetch \($0)" } ?? "there are \(known.joined(separator: ", "))")
        }
        guard let cache else { throw CommandError.badInput("there is no HOME to keep the data in.", hint: "set HOME or XDG_CACHE_HOME") }
        let folder = cache + "/" + name
        Interrupt.stopCellsOnControlC()
        let bar = ProgressBar("fetching \(name)", capabilities: .detect(asksTerminal: false))
        defer { bar.finish() }
        if isatty(STDOUT_FILENO) != 1 { writeOut("fetching \(name), \(set.size / 1_000_000) MB\n") }
        try set.fetch(into: folder, mirror: arguments.value("mirror")) { progress in
            if Interrupt.cancellation.isCancelled { throw Interrupted() }
            bar.update(Double(progress.done) / Double(progress.total), note: progress.file)
        }
        bar.finish()
        let data = try Dataset.named(name, cache: cache)
        writeOut("\(name): \(data.train.count) items to train on and \(data.test?.count ?? 0) to test on, checksums as published\n")
        writeOut("in \(shortPath(folder)); use it as --data \(name)\n")
    }
}
