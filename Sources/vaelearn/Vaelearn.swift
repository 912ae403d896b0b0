import Glibc

@main
struct Vaelearn {
    static let version = "0.1.0"

    static let commands: [any Command.Type] = [
        LessonCommand.self, LessonsCommand.self, CheckCommand.self, FiguresCommand.self, EvalCommand.self, RunCommand.self,
        TrainCommand.self, SampleCommand.self, ReconstructCommand.self, EncodeCommand.self,
        InterpolateCommand.self, TraverseCommand.self, EvaluateCommand.self, ExportCommand.self, ReproduceCommand.self, DataCommand.self,
        AuthorCommand.self, GlossaryCommand.self, DoctorCommand.self, CompletionsCommand.self,
    ]

    static func main() {
        exit(run(Array(CommandLine.arguments.dropFirst())))
    }

    static func run(_ arguments: [String]) -> Int32 {
        guard let first = arguments.first else {
            writeOut(LessonsCommand.greeting())
            return 0
        }
        switch first {
        case "--version":
            writeOut("vaelearn \(version)\n")
            return 0
        case "--help", "-h", "help":
            if let command = arguments.dropFirst().first.flatMap(command(named:)) {
                writeOut(command.help)
            } else {
                writeOut(overview)
            }
            return 0
        default: break
        }
        guard let command = command(named: first) else {
            let near = closest(first, among: commands.map { $0.name })
            writeError("vaelearn: there is no command \"\(shown(first))\".\n" + (near.map { "Did you mean: vaelearn \($0)?\n" } ?? "See: vaelearn --help\n"))
            return ExitCode.wrongUse
        }
        do {
            let parsed = try Arguments(Array(arguments.dropFirst()), for: command)
            if parsed.has("help") {
                writeOut(command.help)
                return 0
            }
            return try command.run(parsed)
        } catch let error as CommandError {
            writeError("vaelearn \(command.name): \(error.message)\n" + (error.hint.map { "Hint: \($0)\n" } ?? ""))
            return error.code
        } catch {
            writeError("vaelearn \(command.name): \(error)\n")
            return ExitCode.badInput
        }
    }

    private static func command(named name: String) -> (any Command.Type)? { commands.first { $0.name == name } }

    private static var overview: String {
        var text = """
            vaelearn lesson 3        steps through lesson 3
            vaelearn check all       runs every check of every lesson
            vaelearn eval 'grad(x -> x^2, 3)'

            A course on variational autoencoders that computes every number while you watch.

            Commands:

            """
        let width = commands.map { $0.name.count }.max() ?? 0
        for command in commands {
            text += "  " + command.name + String(repeating: " ", count: width - command.name.count + 3) + command.summary + "\n"
        }
        return text + "\nvaelearn COMMAND --help tells more about one. vaelearn --version tells the version.\n"
    }
}

enum ExitCode {
    static let good: Int32 = 0
    static let checkFailed: Int32 = 1
    static let wrongUse: Int32 = 2
    static let badInput: Int32 = 3
    static let interrupted: Int32 = 130
}
