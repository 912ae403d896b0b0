import Glibc

public enum FigureFormat: String, Sendable, Hashable, CaseIterable {
    case png, pdf, svg, csv
}

extension Figure {
    /// Writes `folder/id.png` and so on and returns their paths. Everything is drawn, and written under other names,
    /// before the first file gets its own: a full disk leaves what was there.
    @discardableResult
    public func write(to folder: String, formats: [FigureFormat] = [.png, .pdf]) throws -> [String] {
        try validate()
        var layout: FigureLayout?
        func drawn() throws -> FigureLayout {
            let result = try layout ?? self.layout()
            layout = result
            return result
        }
        let files = try formats.map { format in
            let bytes: [UInt8] =
                switch format {
                case .png: try drawn().png(scale: 2)
                case .pdf: try drawn().pdf(title: title ?? id)
                case .svg: try drawn().svg(title: title ?? id, caption: caption)
                case .csv: Array(csv.utf8)
                }
            return (path: FigureFile.join(folder, "\(id).\(format.rawValue)"), bytes: bytes)
        }
        try FigureFile.createFolder(folder)
        try FigureFile.write(files)
        return files.map(\.path)
    }
}

/// Files that are whole or absent.
package enum FigureFile {
    static func join(_ folder: String, _ name: String) -> String {
        folder.isEmpty ? name : folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }

    /// Creates a folder with those above it; one that is there already is fine.
    package static func createFolder(_ path: String) throws {
        guard !path.isEmpty else { return }
        var information = stat()
        if stat(path, &information) == 0 {
            guard information.st_mode & S_IFMT == S_IFDIR else { throw FigureError.folder(path: path, reason: "a file of that name is there") }
            return
        }
        let parts = path.split(separator: "/", omittingEmptySubsequences: true)
        if parts.count > 1 {
            try createFolder((path.hasPrefix("/") ? "/" : "") + parts.dropLast().joined(separator: "/"))
        }
        if mkdir(path, 0o777) != 0, errno != EEXIST {
            if errno == ENOSPC || errno == EDQUOT { throw FigureError.diskFull(path: path) }
            throw FigureError.folder(path: path, reason: String(cString: strerror(errno)))
        }
    }

    /// Writes beside the targets, then renames: a reader sees the old file or the new one.
    package static func write(_ files: [(path: String, bytes: [UInt8])]) throws {
        var unfinished: [String] = []
        defer { for temporary in unfinished { unlink(temporary) } }
        for file in files {
            let (temporary, descriptor) = try openTemporary(beside: file.path)
            unfinished.append(temporary)
            do {
                try writeAll(file.bytes, to: descriptor, path: file.path)
            } catch {
                close(descriptor)
                throw error
            }
            // Some file systems tell only now that there was no room.
            if close(descriptor) != 0 { throw failure(file.path) }
        }
        for file in files {
            if rename(unfinished[0], file.path) != 0 { throw failure(file.path) }
            unfinished.removeFirst()
        }
    }

    package static func writeAll(_ bytes: [UInt8], to descriptor: Int32, path: String) throws {
        try bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let count = Glibc.write(descriptor, buffer.baseAddress! + done, buffer.count - done)
                if count < 0 {
                    if errno == EINTR { continue }
                    throw failure(path)
                }
                done += count
            }
        }
    }

    private static func openTemporary(beside path: String) throws -> (String, Int32) {
        for attempt in 0..<100 {
            let temporary = "\(path).\(getpid())-\(attempt).part"
            let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if descriptor >= 0 { return (temporary, descriptor) }
            if errno != EEXIST { throw failure(path) }
        }
        throw FigureError.file(path: path, reason: "too many unfinished files of that name")
    }

    private static func failure(_ path: String) -> FigureError {
        let code = errno
        return code == ENOSPC || code == EDQUOT
            ? .diskFull(path: path) : .file(path: path, reason: String(cString: strerror(code)))
    }
}
