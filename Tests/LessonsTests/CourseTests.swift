import Foundation
import Lessons
import Testing

@Suite("Finding lessons")
struct CourseTests {
    private func directory(_ files: [String: String], _ body: (String) throws -> Void) throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("course-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        for (path, text) in files {
            let file = root.appendingPathComponent(path)
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        try body(root.path)
    }

    @Test func foldersByNumberAndTitlesByLanguage() throws {
        let files = [
            "10-later/lesson.md": sampleLesson, "04-kl/lesson.md": sampleLesson, "04-kl/lesson.zh.md": sampleTranslation, "00-warm-up/lesson.md": sampleLesson, "README.md": "x", "7-short/lesson.md": "x", "05-/lesson.md": "x",
            "06-empty/notes.md": "x", "notes/lesson.md": "x", "123-many/lesson.md": "broken",
        ]
        try directory(files) { root in
            let folders = try Course.folders(in: root)
            #expect(folders.map(\.number) == [0, 4, 10, 123])
            #expect(folders.map(\.slug) == ["warm-up", "kl", "later", "many"])
            #expect(folders.map(\.languages) == [[], ["zh"], [], []])
            #expect(try Course.front(of: folders[1]).title == "The KL term in closed form")
            #expect(try Course.front(of: folders[1], language: "zh").title == "KL 项的闭式解")
            #expect(try Course.front(of: folders[0], language: "zh").title == "The KL term in closed form")
            #expect(throws: Problem.self) { try Course.front(of: folders[3]) }
            let (lesson, problems) = try Course.lesson(in: folders[1], language: "zh")
            #expect(problems == [] && lesson.steps[0].title.text == "为什么" && lesson.path.hasSuffix("04-kl/lesson.zh.md"))
            #expect(try Course.lesson(in: folders[1], language: "fr").lesson.path.hasSuffix("04-kl/lesson.md"))
            #expect(throws: Problem.self) { try Course.text(at: root + "/none.md") }
        }
        #expect(throws: Problem.self) { try Course.folders(in: "/nowhere/at/all") }
    }

    @Test func faultsOfTheWholeCourse() {
        func entry(_ number: Int, _ id: String, _ needs: [String] = []) -> (folder: LessonFolder, front: FrontMatter) {
            var front = FrontMatter()
            (front.id, front.needs) = (id, needs)
            return (LessonFolder(number: number, slug: id, path: "\(number)-\(id)", languages: []), front)
        }
        #expect(Course.problems(among: [entry(0, "warm-up"), entry(1, "vae", ["warm-up"]), entry(2, "elbo", ["vae", "warm-up"])]) == [])
        let problems = Course.problems(among: [entry(0, "warm-up"), entry(1, "vae", ["warmup", "elbo"]), entry(1, "elbo"), entry(3, "vae")])
        #expect(problems.map(\.message) == ["No lesson \"warmup\" comes before this one.", "No lesson \"elbo\" comes before this one.", "Two lessons have the number 1.", "Two lessons have the id \"vae\"."])
        #expect(problems[0].hint == "did you mean warm-up?" && problems[3].path == "3-vae/lesson.md")
    }
}
