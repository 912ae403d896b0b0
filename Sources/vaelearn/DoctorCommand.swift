import Cells
import Figures
import FoundationEssentials
import Glibc
import Terminal

enum DoctorCommand: Command {
    static let name = "doctor"
    static let summary = "says what this machine and terminal can do"
    static let options: [Option] = [.value("lessons")]
    static let help = """
        vaelearn doctor

        Looks at what a lesson needs: the lessons, the fonts, the folders, the terminal's colours and images.

        Exit code 0, or 1 if something is missing.

        """

    static func run(_ arguments: Arguments) throws -> Int32 {
        var isWell = true
        func say(_ name: String, _ text: String, good: Bool = true, advice: String? = nil) {
            isWell = isWell && good
            writeOut((good ? "ok       " : "MISSING  ") + name + String(repeating: " ", count: max(1, 12 - name.count)) + text + "\n")
            if !good, let advice { writeOut("         " + String(repeating: " ", count: 12) + advice + "\n") }
        }
        say("vaelearn", Vaelearn.version)
        do {
            let finder = try LessonFinder(arguments)
            say("lessons", "\(try finder.folders().count) in \(shortPath(finder.directory))")
        } catch let error as CommandError {
            say("lessons", error.message, good: false, advice: error.hint)
        }
        say("processor", "\(sysconf(Int32(_SC_NPROCESSORS_ONLN))) threads")
        let check = engineCheck()
        say("engine", check.text, good: check.good, advice: "the numbers of this build are wrong: build it anew with make clean build")
        say("font", FigureFonts.canShow("μσ²") ? "Latin, Greek, math" : "no font with Greek letters", good: FigureFonts.canShow("μσ²"),
            advice: "install fonts-dejavu-core")
        say("Chinese", FigureFonts.canShow("变分") ? "figures can show it" : "figures cannot show it (install fonts-noto-cjk if you need it)")
        for (label, folder) in [("progress", UserFolders.state), ("cache", UserFolders.cache)] {
            let isGood = folder.map(canBeWritten) ?? false
            say(label, folder.map { shortPath($0) + (isGood ? "" : ", which cannot be written") } ?? "none: there is no HOME", good: isGood,
                advice: "set HOME, or XDG_STATE_HOME and XDG_CACHE_HOME, to a folder of yours")
        }
        let capabilities = TerminalCapabilities.detect()
        guard capabilities.isOutputTerminal else {
            writeOut("note     terminal    the output is no terminal: lessons are printed as plain text\n")
            return isWell ? ExitCode.good : ExitCode.checkFailed
        }
        say("terminal", "\(capabilities.columns)x\(capabilities.rows)" + (capabilities.isInTmux ? ", in tmux" : ""))
        say("colours", "\(capabilities.depth), background \(capabilities.background)")
        say("letters", capabilities.mathStyle == .unicode ? "Unicode" : "ASCII only")
        say("images", capabilities.images == .none ? "none: figures are shown by their paths" : capabilities.images.rawValue)
        return isWell ? ExitCode.good : ExitCode.checkFailed
    }

    /// A folder that is there, or could be made.
    private static func canBeWritten(_ folder: String) -> Bool {
        var path = folder[...]
        while !path.isEmpty, access(String(path), F_OK) != 0 { path = path[..<(path.lastIndex(of: "/") ?? path.startIndex)] }
        return isFolder(path.isEmpty ? "/" : String(path)) && access(path.isEmpty ? "/" : String(path), W_OK) == 0
    }

    /// One small sum that exercises the tape, a draw and the matrix product.
    private static func engineCheck() -> (good: Bool, text: String) {
        var state = CellState()
        let outcome = state.run("x = param([0.5, -1.2])\ny = sum((x @ eye(2))^2)\ncheck grad(y, x) ~= 2 * x tol 1e-14", CellOptions())
        let good = outcome.succeeded && outcome.checks.allSatisfy(\.passed)
        return (good, good ? "a gradient agrees with its closed form" : outcome.error?.message ?? "a gradient is wrong")
    }
}
