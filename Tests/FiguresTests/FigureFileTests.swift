import Figures
import Glibc
import Testing

@Suite struct FigureFileTests {
    private let folder: String

    init() {
        var template = Array("/tmp/figures-XXXXXX".utf8CString)
        folder = String(cString: mkdtemp(&template)!)
    }

    private func names(_ folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(withUnsafePointer(to: entry.pointee.d_name) { $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) } })
        }
        return names.filter { $0 != "." && $0 != ".." }.sorted()
    }

    private func remove(_ path: String) {
        for name in names(path) {
            if unlink(path + "/" + name) != 0 { remove(path + "/" + name) }
        }
        rmdir(path)
    }

    @Test func writesWhatWasAskedForAndNothingElse() throws {
        defer { remove(folder) }
        let paths = try Samples.all[0].write(to: folder + "/04-kl", formats: [.png, .pdf, .svg, .csv])
        #expect(paths == ["png", "pdf", "svg", "csv"].map { folder + "/04-kl/sample." + $0 })
        #expect(names(folder + "/04-kl") == ["sample.csv", "sample.pdf", "sample.png", "sample.svg"])
        // A second time in the same place replaces the files.
        try Samples.all[1].write(to: folder + "/04-kl/", formats: [.png])
        #expect(names(folder + "/04-kl").count == 4)
    }

    @Test(arguments: ["", "../evil", "a/b", "/etc/passwd", "A", "a.b", "a b", "-rf", "é", "a\u{0}", "kl\n", String(repeating: "a", count: 300)])
    func anIdCannotLeaveTheFolder(id: String) {
        defer { remove(folder) }
        #expect(throws: FigureError.identifier(id)) { try Figure(id: id, panels: []).write(to: folder) }
        #expect(names(folder).isEmpty)
    }

    @Test func aFolderThatCannotBeIsAClearError() throws {
        defer { remove(folder) }
        try FigureFile.write([(path: folder + "/file", bytes: [1])])
        #expect(throws: FigureError.folder(path: folder + "/file", reason: "a file of that name is there")) {
            try Samples.all[0].write(to: folder + "/file")
        }
        #expect { try Samples.all[0].write(to: folder + "/file/deeper") } throws: { error in
            guard case .folder = error as? FigureError else { return false }
            return "\(error)".contains("--out")
        }
        #expect(names(folder) == ["file"])
    }

    @Test func aNameThatCannotBeWrittenLeavesNothingBehind() throws {
        defer { remove(folder) }
        mkdir(folder + "/sample.png", 0o777)
        #expect { try Samples.all[0].write(to: folder, formats: [.png]) } throws: { error in
            if case .file = error as? FigureError { true } else { false }
        }
        #expect(names(folder) == ["sample.png"])
    }

    @Test func aFullDiskIsSaid() {
        defer { remove(folder) }
        let descriptor = open("/dev/full", O_WRONLY)
        defer { close(descriptor) }
        #expect(throws: FigureError.diskFull(path: "x.png")) {
            try FigureFile.writeAll([UInt8](repeating: 0, count: 100_000), to: descriptor, path: "x.png")
        }
    }

    @Test func dataThatDoNotFitAreRefusedByName() {
        defer { remove(folder) }
        let figure = Samples.one([.line(.init(x: [1, 2], y: [1, 2, 3]))])
        #expect(throws: FigureError.data(mark: "line", problem: "x has 2 values, y has 3")) { try figure.write(to: folder) }
        #expect(throws: FigureError.self) { try Samples.one([.heatmap(.init(values: [1], rows: .max, columns: 2))]).png() }
        #expect(throws: FigureError.self) { try Samples.one([.images(.init(images: [[1, 2]], width: 2, height: 2))]).png() }
        #expect(throws: FigureError.self) { try Samples.one([.graph(.init(nodes: [], edges: [.init(from: 0, to: 1)]))]).png() }
        #expect(throws: FigureError.self) { try Samples.one([.contour(.init(x: [0, 0], y: [0, 1], z: [1, 2, 3, 4]))]).png() }
    }

    @Test func theTableHoldsEveryNumber() {
        defer { remove(folder) }
        let figure = Figure(id: "a", panels: [[
            Panel(marks: [.line(.init(x: [0, 0.1], y: [1, .nan], label: "K = 1, exact")), .horizontalLine(.init(at: -2.5))]),
            Panel(marks: [.scatter(.init(x: [1], y: [2], groups: ["a \"b\""]))]),
        ]])
        #expect(figure.csv == """
            panel,mark,label,x,y,group
            1,line,"K = 1, exact",0,1,
            1,line,"K = 1, exact",0.1,nan,
            1,hline,,,-2.5,
            2,scatter,,1,2,"a ""b""\"

            """)
    }
}
