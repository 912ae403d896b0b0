import Autoencoders
import Cells
import Datasets
import Figures
import FoundationEssentials
import Glibc
import Terminal

enum ReproduceCommand: Command {
    static let name = "reproduce"
    static let summary = "measures published results again"
    static let options: [Option] = [.value("data"), .value("out"), .value("seed"), .flag("json")]
    static let help = """
        vaelearn reproduce pytorch-vae
        vaelearn reproduce all --data mnist=~/mnist

        Measures published results again: published and measured numbers side by side, each with a band that was decided
        beforehand, and figures as PNG and PDF. Alone, lists what there is and how long it takes on two processors.

        \(catalogue.map { "  " + $0 }.joined(separator: "\n"))
          all

          --data PATH        MNIST, as an IDX folder, in place of the fetched one (vaelearn data fetch mnist)
          --out DIR          where the figures go (reproductions), a folder for each result
          --seed S           1
          --json             one JSON document

        Exit code 1 where a number lies outside its band.

        """

    private static let all: [any Reproduction.Type] = [ReproduceCurve.self, ReproduceLatentSweep.self, ReproduceManifold.self, ReproducePPCA.self]

    private static var catalogue: [String] {
        let names = all.map { $0.name }, titles = all.map { $0.title }
        return all.indices.map { padded(names[$0], names) + "  " + padded(titles[$0], titles) + "  " + all[$0].time }
    }

    static func run(_ arguments: Arguments) throws -> Int32 {
        guard !arguments.words.isEmpty else {
            // Other programs get the same list.
            if arguments.has("json") {
                writeOut(JSON.object(["reproductions": .array(all.map { .object(["name": .string($0.name), "title": .string($0.title), "source": .string($0.source), "time": .string($0.time)]) })]).text + "\n")
            } else {
                writeOut(catalogue.joined(separator: "\n") + "\n\nvaelearn reproduce NAME, or all. MNIST comes by: vaelearn data fetch mnist\n")
            }
            return ExitCode.good
        }
        let asked = try arguments.words == ["all"] ? all : arguments.words.map { word in
            guard let found = all.first(where: { $0.name == word }) else {
                let near = closest(word, among: all.map { $0.name })
                throw CommandError.wrongUse(
                    "there is no result \"\(shown(word))\" to reproduce.",
                    hint: near.map { "vaelearn reproduce \($0)" } ?? "there are \(all.map { $0.name }.joined(separator: ", "))")
            }
            return found
        }
        if arguments.value("out") == "" { throw CommandError.wrongUse("--out needs the name of a folder.") }
        let seed = try arguments.seed() ?? 1, path = try dataPath(arguments)
        Interrupt.stopCellsOnControlC()
        let mnist = try asked.contains { $0.needsMNIST } ? mnist(path) : nil
        let laboratory = Laboratory(mnist: mnist, seed: seed, isQuiet: arguments.has("json"))
        var documents: [JSON] = [], failed = 0, passed = 0
        for reproduction in asked {
            if !laboratory.isQuiet { writeOut(heading(reproduction)) }
            let start = secondsNow()
            do {
                let result = try reproduction.measure(laboratory)
                let seconds = secondsNow() - start
                let folder = (arguments.value("out") ?? "reproductions") + "/" + reproduction.name
                let paths = try result.figures.flatMap { try $0.write(to: folder) }
                passed += result.findings.count { $0.holds }
                failed += result.findings.count { !$0.holds }
                if laboratory.isQuiet {
                    documents.append(document(reproduction, result.findings, paths, seconds))
                } else {
                    writeOut(table(result.findings) + "  figure: \(paths.map(shortPath).joined(separator: ", "))\n\n")
                }
            } catch is Laboratory.Interrupted {
                writeError("interrupted: nothing of \(reproduction.name) is kept\n")
                return ExitCode.interrupted
            } catch let error as FigureError {
                throw CommandError.badInput(error.message, hint: error.hint)
            } catch let error as TrainingError {
                throw CommandError(message: "\(error).", hint: error.hint, code: ExitCode.checkFailed)
            }
        }
        if laboratory.isQuiet {
            writeOut(JSON.object(["passed": .number(Double(passed)), "failed": .number(Double(failed)), "reproductions": .array(documents)]).text + "\n")
        } else {
            writeOut("\(passed) within their bands, \(failed) outside\n")
        }
        return failed == 0 ? ExitCode.good : ExitCode.checkFailed
    }

    // MARK: Data

    /// `--data PATH` or `--data mnist=PATH`.
    private static func dataPath(_ arguments: Arguments) throws -> String? {
        guard let text = arguments.value("data") else { return nil }
        if text.hasPrefix("mnist=") { return String(text.dropFirst(6)) }
        guard let equals = text.firstIndex(of: "="), !text[..<equals].contains("/") else { return text }
        throw CommandError.wrongUse("the results use mnist, not \"\(shown(String(text[..<equals])))\".", hint: "--data mnist=PATH")
    }

    private static func mnist(_ path: String?) throws -> (train: Dataset, test: Dataset) {
        let name = path ?? "mnist"
        let data = try DataSource.load(name)
        guard data.train.shape == [28, 28], data.train.count == 60_000, data.test?.count == 10_000, data.train.labels != nil else {
            throw CommandError.badInput(
                "\(shown(name)) is not MNIST: that has 60,000 images of 28 × 28 to train on, 10,000 to test on, and labels.",
                hint: "vaelearn data fetch mnist")
        }
        return data.split()
    }

    // MARK: Words

    private static func heading(_ reproduction: any Reproduction.Type) -> String {
        "\(reproduction.name) · \(reproduction.title)\n  source: \(reproduction.source)\n  here: \(reproduction.method)\n"
    }

    private static func number(_ value: Double, _ digits: Int) -> String {
        printf("%.\(digits)f", value)
    }

    private static func table(_ findings: [Finding]) -> String {
        var rows = [["", "published", "measured", "band", ""]]
        for finding in findings {
            let published = switch finding.published {
            case let .number(value): number(value, finding.digits)
            case let .statement(words): words
            }
            let band = number(finding.band.lowerBound, finding.digits) + " to " + number(finding.band.upperBound, finding.digits)
            rows.append([finding.quantity, published, number(finding.measured, finding.digits), band, finding.holds ? "✓ within" : "✗ outside"])
        }
        let columns = rows[0].indices.map { column in rows.map { $0[column] } }
        return rows.map { row in
            "  " + row.indices.map { padded(row[$0], columns[$0], right: (1...3).contains($0)) }.joined(separator: "  ").trimmingEnd() + "\n"
        }.joined()
    }

    private static func padded(_ text: String, _ column: [String], right: Bool = false) -> String {
        let widths = column.map(DisplayWidth.of), room = String(repeating: " ", count: max(0, (widths.max() ?? 0) - DisplayWidth.of(text)))
        return right ? room + text : text + room
    }

    private static func document(_ reproduction: any Reproduction.Type, _ findings: [Finding], _ paths: [String], _ seconds: Double) -> JSON {
        let rows = findings.map { finding in
            let published: JSON = switch finding.published {
            case let .number(value): .number(value)
            case let .statement(words): .string(words)
            }
            return JSON.object([
                "quantity": .string(finding.quantity), "published": published, "measured": .number(finding.measured),
                "low": .number(finding.band.lowerBound), "high": .number(finding.band.upperBound), "passed": .bool(finding.holds),
            ])
        }
        return .object([
            "name": .string(reproduction.name), "source": .string(reproduction.source), "seconds": .number(seconds),
            "findings": .array(rows), "figures": .array(paths.map(JSON.string)),
        ])
    }
}

func twoDigits(_ value: Double) -> String { printf("%.2f", value) }

extension String {
    fileprivate func trimmingEnd() -> String { String(self[..<(lastIndex { $0 != " " }.map { index(after: $0) } ?? startIndex)]) }
}
