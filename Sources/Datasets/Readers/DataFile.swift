import Glibc

/// A regular file that is open for reading.
final class DataFile {
    let path: String
    let size: Int
    private let descriptor: Int32

    init(_ path: String) throws {
        self.path = path
        // Without O_NONBLOCK, opening a pipe would wait for somebody to write to it.
        descriptor = path.utf8.contains(0) ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            size = 0
            throw Self.failure(path, path.utf8.contains(0) ? ENOENT : errno)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            size = 0
            close(descriptor)
            throw DatasetError(path, "this is neither a file nor a folder.", hint: "save the data to a file first")
        }
        size = Int(status.st_size)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Fills `buffer` as far as the file goes.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Int {
        var done = 0
        while done < buffer.count {
            let count = pread(descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.failure(path, errno) }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Bytes `range`, or fewer where the file ends.
    func bytes(_ range: Range<Int>) throws -> [UInt8] {
        let count = max(0, min(range.upperBound, size) - range.lowerBound)
        return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = try read(into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]), at: range.lowerBound)
        }
    }

    static func failure(_ path: String, _ code: Int32) -> DatasetError {
        switch code {
        case ENOENT, ENOTDIR: DatasetError(path, "there is no such file or folder.", hint: "see vaelearn data list for the data that are known by name")
        case EACCES, EPERM: DatasetError(path, "it may not be read by you.", hint: "change its permissions, or copy it to a place of your own")
        case ELOOP: DatasetError(path, "its symbolic links lead round in a circle.", hint: "name the real file")
        case ENAMETOOLONG: DatasetError(path, "the name is too long for a file.")
        default: DatasetError(path, "it cannot be read: \(String(cString: strerror(code))).")
        }
    }
}

/// What lies in a folder, hidden names left out, in the order of the names' bytes.
struct FolderListing {
    private(set) var files: [String] = []
    private(set) var folders: [String] = []

    init(_ path: String) throws {
        guard let folder = opendir(path) else { throw DataFile.failure(path, errno) }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            guard !name.hasPrefix(".") else { continue }
            // A link that leads nowhere counts as a file: whoever opens it will say what is wrong.
            if isFolder(path + "/" + name) { folders.append(name) } else { files.append(name) }
        }
        files.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        folders.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}

func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}
