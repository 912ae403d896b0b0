import Glibc

extension KnownSet {
    /// How far a fetch has come.
    public struct Progress: Sendable {
        public let file: String
        /// Bytes of all files, those that were there already too.
        public let done: Int
        public let total: Int
    }

    /// True where all files lie in `folder`; what they hold is not looked at.
    public func isFetched(in folder: String) -> Bool {
        files.allSatisfy { fileSize(folder + "/" + $0.name) != nil }
    }

    /// Puts the files into `folder`, each under its own name only when it is whole and its checksum is the published one. What
    /// was fetched before stays, and half a file is gone on with. Throws `DatasetError`. `report` is called many times a
    /// second; where it throws, the fetch ends with that error.
    public func fetch(into folder: String, mirror: String? = nil, report: (Progress) throws -> Void = { _ in }) throws {
        try createFolder(folder)
        var done = 0
        for file in files {
            let target = folder + "/" + file.name
            if try fileSize(target) == nil || problem(of: target, file) != nil {
                try fetch(file, into: target, from: mirror.map { [$0] } ?? mirrors) { bytes in
                    try report(Progress(file: file.name, done: done + min(bytes, file.size), total: size))
                }
            }
            done += file.size
            try report(Progress(file: file.name, done: done, total: size))
        }
    }

    private func fetch(_ file: File, into target: String, from mirrors: [String], report: (Int) throws -> Void) throws {
        let part = target + ".part"
        var last = DatasetError(target, "there is no mirror to fetch it from.")
        for mirror in mirrors {
            let address = mirror + (mirror.hasSuffix("/") ? "" : "/") + file.name
            // A part left behind by an earlier try may be of another file, or whole already: then once more from the start.
            for isSecond in [false, true] {
                if isSecond { unlink(part) }
                let begun = fileSize(part) ?? 0
                if begun > 0, try problem(of: part, file) == nil { return try put(part, target) }
                let status = try Curl.run(address, into: part) { try report(fileSize(part) ?? 0) }
                // Whoever interrupted curl may want to be asked once more.
                try report(fileSize(part) ?? 0)
                if status == 0, fileSize(part) ?? 0 > 0 {
                    guard let problem = try problem(of: part, file) else { return try put(part, target) }
                    last = DatasetError(
                        address, "\(problem): this is not the published file of \(name).", hint: "try another mirror: vaelearn data fetch \(name) --mirror URL")
                } else {
                    last = Curl.error(status, address, set: name)
                    // Offline or interrupted: what has come is kept for the next time.
                    guard Curl.refusesToResume(status) else { break }
                }
                guard begun > 0 else {
                    if status == 0 { unlink(part) }
                    break
                }
            }
        }
        throw last
    }

    /// Nil where the file's checksum is the published one.
    private func problem(of path: String, _ file: File) throws -> String? {
        let handle = try DataFile(path)
        let found = try sum(ByteStream(handle, 0..<handle.size, .none))
        if found == file.md5 { return nil }
        if let unpacked = file.unpackedMD5, let sum = try? sum(ByteStream(handle)), sum == unpacked { return nil }
        return "its checksum is \(found), not \(file.md5)"
    }

    private func sum(_ stream: ByteStream) throws -> String {
        var sum = MD5()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { buffer.deallocate() }
        while case let count = try stream.read(into: buffer), count > 0 {
            sum.update(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]))
        }
        return sum.finish()
    }

    private func put(_ part: String, _ target: String) throws {
        guard rename(part, target) == 0 else { throw DatasetError(target, "it cannot be written: \(String(cString: strerror(errno))).") }
    }
}

private func fileSize(_ path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
}

private func createFolder(_ path: String) throws {
    guard !isFolder(path) else { return }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex { try createFolder(String(path[..<slash])) }
    guard mkdir(path, 0o777) == 0 || errno == EEXIST && isFolder(path) else {
        throw DatasetError(path, "the folder cannot be made: \(String(cString: strerror(errno))).", hint: "name another place with XDG_CACHE_HOME")
    }
}
