import FoundationEssentials
import Glibc
import Lessons

/// Where the lessons lie: --lessons DIR, else `lessons/` of the folders above the executable, else share/vaelearn beside it.
struct LessonFinder {
    let directory: String

    init(_ arguments: Arguments) throws {
        if let given = arguments.value("lessons") {
            guard isFolder(given) else { throw CommandError.badInput("there is no folder \(shown(given)).") }
            directory = given
            return
        }
        var folder = executableFolder()
        var candidates: [String] = []
        while folder != "/", !folder.isEmpty {
            candidates.append(folder + "/lessons")
            candidates.append(folder + "/share/vaelearn/lessons")
            folder = String(folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)])
        }
        guard let found = candidates.first(where: isFolder) else {
            throw CommandError.badInput("the lessons cannot be found.", hint: "name their folder by --lessons DIR")
        }
        directory = found
    }

    func folders() throws -> [LessonFolder] {
        do {
            return try Course.folders(in: directory)
        } catch {
            throw CommandError.badInput("\(error)")
        }
    }

    func folder(number: Int) throws -> LessonFolder {
        let all = try folders()
        guard let folder = all.first(where: { $0.number == number }) else {
            let known = all.map { String($0.number) }.joined(separator: ", ")
            throw CommandError.wrongUse("there is no lesson \(number).", hint: known.isEmpty ? "no lessons in \(shown(directory))" : "there are \(known)")
        }
        return folder
    }

    /// The lessons named by number, or all of them for `all` or no word.
    func folders(named words: [String]) throws -> [LessonFolder] {
        if words.isEmpty || words == ["all"] { return try folders() }
        return try words.map { try folder(number: lessonNumber($0)) }
    }
}

/// A lesson read whole; a broken file is an error that names every fault.
func readLesson(_ folder: LessonFolder, language: String? = nil) throws -> Lesson {
    do {
        let (lesson, problems) = try Course.lesson(in: folder, language: language)
        if !problems.isEmpty {
            throw CommandError.badInput("the lesson is broken:\n" + problems.map { "  \($0)" }.joined(separator: "\n"))
        }
        return lesson
    } catch let problem as Problem {
        throw CommandError.badInput("\(problem)")
    }
}

func lessonNumber(_ word: String) throws -> Int {
    guard let number = Int(word), number >= 0 else {
        throw CommandError.wrongUse("\"\(shown(word))\" is no lesson: lessons are named by their numbers.", hint: "see vaelearn lessons")
    }
    return number
}

func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

private func executableFolder() -> String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    let path = count > 0 ? String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self) : CommandLine.arguments[0]
    return String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
}
