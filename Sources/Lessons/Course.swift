import Cells
import FoundationEssentials

/// A lesson's folder: `NN-slug` with `lesson.md` and translations `lesson.LANGUAGE.md`.
public struct LessonFolder: Sendable, Hashable {
    public var number: Int
    public var slug: String
    public var path: String
    /// Languages other than the original's, sorted.
    public var languages: [String]

    public init(number: Int, slug: String, path: String, languages: [String]) {
        (self.number, self.slug, self.path, self.languages) = (number, slug, path, languages)
    }

    public var lessonPath: String { path + "/lesson.md" }

    public func translationPath(_ language: String) -> String { path + "/lesson.\(language).md" }
}

/// The lessons of a directory.
public enum Course {
    /// By number; other files and folders are passed over.
    public static func folders(in directory: String) throws(Problem) -> [LessonFolder] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            throw Problem(path: directory, line: 1, column: 1, message: "The lessons' folder cannot be read.", hint: "name it by --lessons DIR")
        }
        return names.compactMap { folder($0, in: directory) }.sorted { ($0.number, $0.slug) < ($1.number, $1.slug) }
    }

    private static func folder(_ name: String, in directory: String) -> LessonFolder? {
        let digits = name.prefix { $0.isASCII && $0.isNumber }
        guard digits.count >= 2, let number = Int(digits), name.dropFirst(digits.count).first == "-", name.count > digits.count + 1 else { return nil }
        let path = directory + "/" + name
        guard let files = try? FileManager.default.contentsOfDirectory(atPath: path), files.contains("lesson.md") else { return nil }
        let languages = files.compactMap { file -> String? in
            guard file.hasPrefix("lesson."), file.hasSuffix(".md"), file.utf8.count > 10 else { return nil }
            return String(file.dropFirst(7).dropLast(3))
        }
        return LessonFolder(number: number, slug: String(name.dropFirst(digits.count + 1)), path: path, languages: languages.sorted())
    }

    public static func text(at path: String) throws(Problem) -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Problem(path: path, line: 1, column: 1, message: "The file cannot be read.")
        }
        return try LessonFile.decode(data, path: path)
    }

    /// The front matter alone, in the language wanted where there is a translation: what a list of lessons shows.
    public static func front(of folder: LessonFolder, language: String? = nil) throws(Problem) -> FrontMatter {
        let isTranslation = language.map(folder.languages.contains) ?? false
        let path = isTranslation ? folder.translationPath(language!) : folder.lessonPath
        let log = ProblemLog(path: path)
        let front = FrontMatter.read(SourceLines(try text(at: path)).lines, isTranslation: isTranslation, log).front
        if let problem = log.sorted.first { throw problem }
        return front
    }

    /// A lesson in the language wanted, or as it was written where there is no such translation.
    public static func lesson(in folder: LessonFolder, language: String? = nil) throws(Problem) -> (lesson: Lesson, problems: [Problem]) {
        let original = LessonFile.parse(try text(at: folder.lessonPath), path: folder.lessonPath)
        guard let language, folder.languages.contains(language) else { return original }
        let path = folder.translationPath(language)
        let translated = LessonFile.parseTranslation(try text(at: path), path: path, of: original.lesson)
        return (translated.lesson, original.problems + translated.problems)
    }

    /// What only the whole course can tell: equal numbers or ids, and lessons that need one that is not before them.
    public static func problems(among lessons: [(folder: LessonFolder, front: FrontMatter)]) -> [Problem] {
        var problems: [Problem] = []
        var numbers: Set<Int> = []
        var ids: Set<String> = []
        for (folder, front) in lessons {
            func report(_ message: String, hint: String? = nil) {
                problems.append(Problem(path: folder.lessonPath, line: 1, column: 1, message: message, hint: hint))
            }
            if !numbers.insert(folder.number).inserted { report("Two lessons have the number \(folder.number).", hint: "rename one of the folders") }
            for need in front.needs where !ids.contains(need) {
                let nearest = nearestNames(to: need, among: ids).first
                report("No lesson \"\(need)\" comes before this one.", hint: nearest.map { "did you mean \($0)?" })
            }
            if !ids.insert(front.id).inserted { report("Two lessons have the id \"\(front.id)\".") }
        }
        return problems
    }
}
