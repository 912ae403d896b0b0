import Cells
import Glibc
import Lessons
import Terminal

/// The commands that begin with a colon.
extension LessonPlayer {
    enum CommandResult {
        case handled, goOn, move(Move)

        init(_ move: Move?) { self = move.map(CommandResult.move) ?? .handled }
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
        case ":edit", ":e": return CommandResult(editCell(rest))
        case ":set": return CommandResult(set(rest))
        case ":run", ":r": return CommandResult(runAgain(rest))
        case ":reset":
            session.reset()
            screen.say("Everything is as the lesson's file has it.", .dim)
            return .move(.again)
        case ":vars": showVariables()
        case ":tape": 
            if rest.isEmpty { screen.say("Name a value: :tape loss", .warning) } else { return evaluate("tape(\(rest))") }
        case ":hint", ":solution": screen.say("There is no question here.", .dim)
        case ":deeper":
            entersDeeper.toggle()
            screen.say(entersDeeper ? "The optional steps are open." : "The optional steps are passed over.", .dim)
        case ":figure", ":f": return CommandResult(showFigure(rest))
        case ":notes": showNotes()
        case ":help", ":h", ":?": showHelp()
        case ":quit", ":q": return .move(.quit)
        default:
            let near = closest(name, among: Self.commandNames)
            screen.say("There is no \(name)." + (near.map { " Did you mean \($0)?" } ?? " :help lists the commands."), .warning)
        }
        return .handled
    }

    private func goTo(_ text: String) -> CommandResult {
        guard let step = Int(text), lesson.steps.indices.contains(step - 1) else {
            screen.say(":goto takes a step, 1 to \(lesson.steps.count).", .warning)
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

    private func noCell(_ name: String) -> Move? {
        screen.say(name.isEmpty ? "No cell has been shown yet." : "There is no cell \(name).", .warning)
        return nil
    }

    private func editCell(_ name: String) -> Move? {
        guard let id = cell(named: name) else { return noCell(name) }
        guard let edited = edit(session.source(of: id), name: id) else { return nil }
        session.edit(id, to: edited)
        return runAgain(id)
    }

    /// Opens a text in the reader's editor; nil where that failed or nothing changed.
    func edit(_ text: String, name: String) -> String? {
        let editor = UserFolders.environment("VISUAL") ?? UserFolders.environment("EDITOR") ?? "vi"
        var template = Array("\(UserFolders.environment("TMPDIR") ?? "/tmp")/vaelearn-XXXXXX.vae".utf8CString)
        let descriptor = mkstemps(&template, 4)
        guard descriptor >= 0 else {
            screen.say("No file for the editor: \(String(cString: strerror(errno))).", .warning)
            return nil
        }
        close(descriptor)
        let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        defer { unlink(path) }
        if let problem = UserFolders.write(text + "\n", to: path) {
            screen.say(problem, .warning)
            return nil
        }
        // The user's own setting, which may carry options, given to the user's own shell.
        TerminalGuard.restore()
        let status = system("\(editor) '\(path)'")
        TerminalGuard.restore()
        TerminalGuard.hideKeys()
        guard status == 0 else {
            screen.say("The editor \"\(shown(editor))\" did not end well; nothing was changed. Set EDITOR to one that is installed.", .warning)
            return nil
        }
        guard let bytes = try? readInput(path), let edited = String(validating: bytes, as: UTF8.self) else {
            screen.say("The edited cell is no UTF-8 text; nothing was changed.", .warning)
            return nil
        }
        var result = edited
        while result.last?.isNewline ?? false { result.removeLast() }
        guard result != text.trimmedEnd else {
            screen.say("Nothing was changed.", .dim)
            return nil
        }
        return result
    }

    private func runAgain(_ name: String) -> Move? {
        guard let id = cell(named: name) else { return noCell(name) }
        let results = running {
            screen.whileBusy("running \(id)", gauge: gauge) { session.rerun(from: id) }
        }
        screen.write(page.source(session.source(of: id), number: session.number(of: id), isEdited: session.isEdited(id)))
        screen.blank()
        currentCell = id
        guard let (_, first) = results.first else { return nil }
        if let move = show(first, of: id) { return move }
        if results.contains(where: { $0.outcome.interrupted }) {
            if !first.interrupted { screen.say("Stopped. Everything is as it was before.", .warning) }
            return nil
        }
        return showBelow(results.dropFirst())
    }

    /// Of the cells below one that ran again: those of this page in full, of the others what went wrong, and a sum.
    private func showBelow(_ results: ArraySlice<(id: String, outcome: CellOutcome)>) -> Move? {
        let here = Set(lesson.steps[stepIndex].elements.compactMap(\.id))
        var checks = 0, passed = 0
        for (id, outcome) in results {
            checks += outcome.checks.count
            passed += outcome.checks.count(where: \.passed)
            let label = "In [\(session.number(of: id))] \(id)"
            if here.contains(id) {
                screen.say("\(label) ran again:", .dim)
                if let move = show(outcome, of: id) { return move }
            } else if let error = outcome.error {
                screen.say("\(label): \(error.message)", .fail)
            } else {
                let failed = outcome.checks.filter { !$0.passed }
                if !failed.isEmpty {
                    screen.say("\(label):", .dim)
                    write(page.checks(failed))
                }
            }
        }
        if let last = results.last {
            let span = results.count == 1 ? "In [\(session.number(of: last.id))]"
                : "In [\(session.number(of: results.first!.id))] to In [\(session.number(of: last.id))]"
            screen.say("\(span) ran again too: \(passed) of \(checks) checks passed.", passed == checks ? .dim : .warning)
        }
        return nil
    }

    private func set(_ text: String) -> Move? {
        let known = session.state.knobs.values.sorted { $0.name < $1.name }
        guard let equals = text.firstIndex(of: "=") else {
            if known.isEmpty { screen.say("There is no knob yet. :set name=value turns one.", .dim) }
            screen.write(page.table(known.map { knob in
                ("\(knob.name) = \(shortNumber(knob.value))", "\(shortNumber(knob.lower)) to \(shortNumber(knob.upper))" + (knob.text.map { ", \($0)" } ?? ""))
            }))
            return nil
        }
        let name = String(text[..<equals]).trimmed, value = String(text[text.index(after: equals)...]).trimmed
        guard let (cell, setting) = session.knob(name) else {
            screen.say("There is no knob \(name) yet." + (known.isEmpty ? "" : " There are: \(known.map(\.name).joined(separator: ", "))."), .warning)
            return nil
        }
        guard case .tensor(let x)? = running({ session.evaluate(typed: value) }).result, x.count == 1, x.item.isFinite else {
            screen.say("\"\(value)\" is no number.", .warning)
            return nil
        }
        guard x.item >= setting.lower, x.item <= setting.upper else {
            screen.say("\(name) goes from \(shortNumber(setting.lower)) to \(shortNumber(setting.upper)); \(shortNumber(x.item)) is out of range.", .warning)
            return nil
        }
        session.turn(name, to: x.item)
        screen.say("\(name) = \(shortNumber(x.item)), was \(shortNumber(setting.value))", .dim)
        return runAgain(cell)
    }

    // MARK: Looking round

    private func showVariables() {
        let bindings = session.state.bindings
        if bindings.isEmpty { screen.say("Nothing is bound yet.", .dim) }
        let column = bindings.keys.map(DisplayWidth.of).max().map { min(20, $0) + 2 } ?? 0
        screen.write(page.table(bindings.sorted { $0.key < $1.key }.map { name, value in
            (name, page.shortened(value.description, to: screen.width - column))
        }))
    }

    private func showFigure(_ name: String) -> Move? {
        let wanted = name.isEmpty ? shownFigures.last
            : shownFigures.first { $0.figure.id == name || figureName($0.figure.id).hasSuffix(".\(name)") || figureName($0.figure.id) == "Figure \(name)" }
        guard let wanted else {
            let known = shownFigures.map { "\(figureName($0.figure.id)) \($0.figure.id)" }.sorted().joined(separator: ", ")
            screen.say(known.isEmpty ? "No figure has been shown yet." : "There is no figure \(name). There are: \(known).", .warning)
            return nil
        }
        return show(wanted.figure, withWords: true)
    }

    private func showNotes() {
        let notes = lesson.steps[stepIndex].elements.compactMap { if case .note(let note) = $0 { note.text } else { nil } }
        if notes.isEmpty { screen.say("This step has no notes for the teacher.", .dim) }
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
            ("= expression", "where an answer is asked for: only tries it"),
            ("an expression", "is evaluated in the lesson's state, which it cannot change"),
        ]
        screen.write(page.table(rows))
    }

    /// Commands, the lesson's names and the library's, for the word before the cursor.
    func completion(_ beforeCursor: String) -> Completion {
        let word = String(beforeCursor.reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == ":" }.reversed())
        guard !word.isEmpty else { return Completion(word: "", candidates: []) }
        let known = word.hasPrefix(":") ? Self.commandNames : session.state.bindings.keys.sorted() + Library.names
        return Completion(word: word, candidates: known.filter { $0.hasPrefix(word) && $0 != word })
    }
}

private extension String {
    /// Without the newlines at its end, which an editor adds as it likes.
    var trimmedEnd: String {
        var text = self
        while text.last?.isNewline ?? false { text.removeLast() }
        return text
    }
}
