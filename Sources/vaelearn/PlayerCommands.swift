import Cells
import Foundation
import Glibc
import Lessons
import Terminal

/// The commands that begin with a colon.
extension LessonPlayer {
    enum CommandResult {
        case handled, goOn, move(Move)
    }

    static let commandNames = [
        ":back", ":goto", ":edit", ":set", ":run", ":reset", ":vars", ":tape", ":hint", ":solution", ":skip", ":deeper", ":figure",
        ":notes", ":help", ":quit",
    ]

    func command(_ line: String) -> CommandResult {
        let name = String(line.prefix { !$0.isWhitespace })
        let rest = String(line.dropFirst(name.count)).trimmed
        switch name {
        case ":back", ":b": return .move(.back)
        case ":next", ":n", ":skip": return .goOn
        case ":goto", ":g": return goTo(rest)
        case ":edit", ":e": editCell(rest)
        case ":set": set(rest)
        case ":run", ":r": runAgain(rest)
        case ":reset":
            session.reset()
            screen.write("Everything is as the lesson's file has it.", .dim)
            return .move(.again)
        case ":vars": showVariables()
        case ":tape": if rest.isEmpty { screen.write("Name a value: :tape loss", .warning) } else { evaluate("tape(\(rest))") }
        case ":hint", ":solution": screen.write("There is no question here.", .dim)
        case ":deeper":
            entersDeeper.toggle()
            screen.write(entersDeeper ? "The optional steps are open." : "The optional steps are passed over.", .dim)
        case ":figure", ":f": showFigure(rest)
        case ":notes": showNotes()
        case ":help", ":h", ":?": showHelp()
        case ":quit", ":q": return .move(.quit)
        default:
            let near = closest(name, among: Self.commandNames)
            screen.write("There is no \(name)." + (near.map { " Did you mean \($0)?" } ?? " :help lists the commands."), .warning)
        }
        return .handled
    }

    private func goTo(_ text: String) -> CommandResult {
        guard let step = Int(text), lesson.steps.indices.contains(step - 1) else {
            screen.write(":goto takes a step, 1 to \(lesson.steps.count).", .warning)
            return .handled
        }
        if lesson.steps[step - 1].isDeeper { entersDeeper = true }
        return .move(.to(step - 1))
    }

    // MARK: Cells

    private func cell(named name: String) -> String? {
        guard !name.isEmpty else { return currentCell }
        if let number = Int(name), lesson.cells.indices.contains(number - 1) { return lesson.cells[number - 1].id }
        return lesson.cells.first { $0.id == name }?.id
    }

    private func editCell(_ name: String) {
        guard let id = cell(named: name) else {
            screen.write(name.isEmpty ? "No cell has been shown yet." : "There is no cell \(name).", .warning)
            return
        }
        guard let edited = edit(session.source(of: id), name: id) else { return }
        session.edit(id, to: edited)
        runAgain(id)
    }

    /// Opens a text in the reader's editor; nil where that failed or nothing changed.
    func edit(_ text: String, name: String) -> String? {
        let editor = UserFolders.environment("VISUAL") ?? UserFolders.environment("EDITOR") ?? "vi"
        var template = Array("\(UserFolders.environment("TMPDIR") ?? "/tmp")/vaelearn-XXXXXX.vae".utf8CString)
        let descriptor = mkstemps(&template, 4)
        guard descriptor >= 0 else {
            screen.write("No file for the editor: \(String(cString: strerror(errno))).", .warning)
            return nil
        }
        close(descriptor)
        let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        defer { unlink(path) }
        if let problem = UserFolders.write(text + "\n", to: path) {
            screen.write(problem, .warning)
            return nil
        }
        // The user's own setting, which may carry options, given to the user's own shell.
        let status = system("\(editor) '\(path)'")
        guard status == 0 else {
            screen.write("The editor \"\(shown(editor))\" did not end well; nothing was changed. Set EDITOR to one that is installed.", .warning)
            return nil
        }
        guard let bytes = try? readInput(path), let edited = String(validating: bytes, as: UTF8.self) else {
            screen.write("The edited cell is no UTF-8 text; nothing was changed.", .warning)
            return nil
        }
        var result = edited
        while result.last?.isNewline ?? false { result.removeLast() }
        return result
    }

    private func runAgain(_ name: String) {
        guard let id = cell(named: name) else {
            screen.write(name.isEmpty ? "No cell has been shown yet." : "There is no cell \(name).", .warning)
            return
        }
        let results = Interrupt.whileRunning {
            screen.whileBusy("running \(id)", gauge: gauge) { session.rerun(from: id) }
        }
        screen.write(page.source(session.source(of: id), number: session.number(of: id), isEdited: session.isEdited(id)))
        screen.blank()
        for (cell, outcome) in results { showAgain(outcome, of: cell, isFirst: cell == id) }
    }

    /// The cell that was asked for in full; of those below it, what a class would want to see again.
    private func showAgain(_ outcome: CellOutcome, of id: String, isFirst: Bool) {
        let isHere = lesson.steps[stepIndex].elements.contains { $0.id == id }
        if isFirst || isHere {
            show(outcome, of: id)
        } else if !outcome.succeeded || !outcome.checks.allSatisfy(\.passed) {
            screen.write("In [\(session.number(of: id))] \(id):", .dim)
            show(outcome, source: session.source(of: id))
        }
    }

    private func set(_ text: String) {
        guard let equals = text.firstIndex(of: "=") else {
            let knobs = session.state.knobs.values.sorted { $0.name < $1.name }
            if knobs.isEmpty { screen.write("There is no knob yet. :set name=value turns one.", .dim) }
            for knob in knobs {
                screen.write("\(knob.name) = \(shortNumber(knob.value))   \(shortNumber(knob.lower)) to \(shortNumber(knob.upper))   \(knob.text ?? "")")
            }
            return
        }
        let name = String(text[..<equals]).trimmed, value = String(text[text.index(after: equals)...]).trimmed
        guard let (cell, setting) = session.knob(name) else {
            let known = session.state.knobs.keys.sorted()
            screen.write("There is no knob \(name)." + (known.isEmpty ? "" : " There are \(known.joined(separator: ", "))."), .warning)
            return
        }
        guard case .tensor(let x)? = session.evaluate(typed: value).result, x.count == 1, x.item.isFinite else {
            screen.write("\"\(value)\" is no number.", .warning)
            return
        }
        guard x.item >= setting.lower, x.item <= setting.upper else {
            screen.write("\(name) goes from \(shortNumber(setting.lower)) to \(shortNumber(setting.upper)); \(shortNumber(x.item)) is out of range.", .warning)
            return
        }
        session.turn(name, to: x.item)
        runAgain(cell)
    }

    // MARK: Looking round

    private func showVariables() {
        let names = session.state.bindings.keys.sorted()
        if names.isEmpty { screen.write("Nothing is bound yet.", .dim) }
        let width = min(20, names.map(\.count).max() ?? 0)
        for name in names {
            let value = session.state.bindings[name]!
            let line = value.description.split(separator: "\n").first.map(String.init) ?? ""
            let text = name + String(repeating: " ", count: max(0, width - name.count)) + "  " + line
            screen.write(text.count > screen.width ? String(text.prefix(screen.width - 1)) + "…" : text)
        }
    }

    private func showFigure(_ name: String) {
        guard !shownFigures.isEmpty else { return screen.write("No figure has been shown yet.", .dim) }
        let wanted = name.isEmpty ? shownFigures.last : shownFigures.first { $0.figure.id == name }
            ?? Int(name).flatMap { shownFigures.indices.contains($0 - 1) ? shownFigures[$0 - 1] : nil }
        guard let wanted else {
            return screen.write("There is no figure \(name). There are \(shownFigures.map(\.figure.id).joined(separator: ", ")).", .warning)
        }
        show(wanted.figure)
        for text in [wanted.figure.title, wanted.figure.caption] { if let text { write(page.prose(text)) } }
    }

    private func showNotes() {
        let notes = lesson.steps[stepIndex].elements.compactMap { if case .note(let note) = $0 { note.text } else { nil } }
        if notes.isEmpty { screen.write("This step has no notes for the teacher.", .dim) }
        for note in notes { write(page.prose(note)) }
    }

    private func showHelp() {
        let rows = [
            ("Enter", "go on"), (":back", "the step before"), (":goto 5", "step 5"),
            (":edit", "the cell shown last, in your editor; :edit 3 or :edit name another one"),
            (":set beta=4", "turn a knob; :set alone lists them"), (":run", "run the cell again, and all below it"),
            (":reset", "cells and knobs as the file has them"), (":vars", "what every name stands for"),
            (":tape loss", "the tape behind a value"), (":figure", "the last figure again; :figure 2 another one"),
            (":hint :solution :skip", "for a question or a lab"), (":deeper", "open or close the optional steps"),
            (":notes", "the teacher's notes of this step"), (":quit", "leave; the lesson goes on here next time"),
            ("an expression", "is evaluated in the lesson's state, which it cannot change"),
        ]
        screen.write(rows.map { name, text in
            StyledLine([StyledSpan(name + String(repeating: " ", count: max(1, 24 - name.count)), .accent), StyledSpan(text, .body)])
        })
    }

    /// Commands, the lesson's names and the library's, for the word before the cursor.
    func completion(_ beforeCursor: String) -> Completion {
        let word = String(beforeCursor.reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == ":" }.reversed())
        guard !word.isEmpty else { return Completion(word: "", candidates: []) }
        let known = word.hasPrefix(":") ? Self.commandNames : session.state.bindings.keys.sorted() + Library.names
        return Completion(word: word, candidates: known.filter { $0.hasPrefix(word) && $0 != word })
    }
}
