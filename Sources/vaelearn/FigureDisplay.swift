import Figures
import FoundationEssentials
import Lessons
import Terminal

/// Writes a lesson's figures beside each other and shows them in the terminal.
struct FigureDisplay {
    /// `figures/04-kl`
    let folder: String

    /// --figures DIR; else `figures` beside the lessons, where that can be written; else the user's cache.
    init(_ given: String?, lessons directory: String, folder lesson: LessonFolder) {
        let name = String(lesson.path.split(separator: "/").last ?? "lesson")
        folder = (given ?? Self.beside(directory) ?? UserFolders.cache.map { $0 + "/figures" } ?? "figures") + "/" + name
    }

    /// `figures` beside the lessons, if it can be written.
    static func beside(_ directory: String) -> String? {
        let parent = directory.hasSuffix("/lessons") ? String(directory.dropLast(8)) : directory + "/.."
        let folder = parent + "/figures"
        return FileManager.default.isWritableFile(atPath: isFolder(folder) ? folder : parent + "/") ? folder : nil
    }

    /// Writes the PNG; returns its path, or what went wrong.
    func write(_ figure: Figure) -> (path: String?, problem: String?) {
        do {
            return (try figure.write(to: folder, formats: [.png]).first, nil)
        } catch let error as FigureError {
            return (nil, error.description)
        } catch {
            return (nil, "\(error)")
        }
    }

    /// Whether pictures are drawn in blocks, too coarse for the words in them.
    static func isCoarse(_ images: ImageProtocol) -> Bool { images == .blocks || images == .braille }

    /// The picture as the terminal's own codes, and the rows it takes; nil where it cannot be shown. `below` rows are left for
    /// the words under it.
    func inline(_ figure: Figure, _ screen: Screen, below: Int) -> (code: String, rows: Int)? {
        let capabilities = screen.capabilities
        guard capabilities.images != .none, capabilities.depth > .none, let bitmap = try? figure.rgba() else { return nil }
        let isCoarse = Self.isCoarse(capabilities.images)
        let needsFile = capabilities.images == .kitty || capabilities.images == .iterm2
        guard let png = needsFile ? try? figure.png() : [] else { return nil }
        let image = PixelImage(width: bitmap.width, height: bitmap.height, rgba: bitmap.pixels)
        // A drawing in blocks takes all the room there is, a picture no more than its size on paper.
        let (columns, rows) = InlineImage.cells(
            of: image, cellPixels: isCoarse ? PixelSize(width: 8, height: 16) : capabilities.cellPixels, maxColumns: screen.width,
            maxRows: max(4, capabilities.rows - below - 3), scale: isCoarse ? 8 : 0.5)
        let code = InlineImage.encode(
            png: png, image: image, as: capabilities.images, columns: columns, rows: rows, capabilities: capabilities,
            identifier: abs(figure.id.utf8.reduce(7) { ($0 &* 31 &+ Int($1)) & 0xFFFF }) + 1)
        return code.isEmpty ? nil : (code, rows)
    }

    /// What a coarse drawing cannot say: its axes, and the caption.
    func words(of figure: Figure) -> [String] {
        let axes = figure.panels.joined().compactMap { panel -> String? in
            let parts = [panel.xLabel.map { "across: \($0)" }, panel.yLabel.map { "up: \($0)" }].compactMap { $0 }
            return parts.isEmpty ? nil : parts.joined(separator: "; ")
        }
        var seen: Set<String> = []
        return axes.filter { seen.insert($0).inserted } + (figure.caption.map { [$0] } ?? [])
    }
}

/// A path as short as it can be typed from here.
func shortPath(_ path: String) -> String {
    let here = FileManager.default.currentDirectoryPath + "/"
    var parts: [Substring] = []
    for part in path.split(separator: "/") {
        if part == "..", !parts.isEmpty { parts.removeLast() } else { parts.append(part) }
    }
    let tidy = (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    return tidy.hasPrefix(here) ? String(tidy.dropFirst(here.count)) : tidy
}
