import Glibc

/// A file that cannot be written, and why.
public struct FileError: Error, Equatable, CustomStringConvertible {
    public let path: String
    public let reason: String

    public var description: String { "\(quoted(path)) cannot be written: \(reason)" }

    init(_ path: String, _ reason: String) { (self.path, self.reason) = (path, reason) }
    init(_ path: String, errno code: Int32) { self.init(path, String(cString: strerror(code))) }
}

/// Files that are whole or as they were, whatever happens meanwhile: a crash, a full disk, a power cut.
public enum AtomicFile {
    /// Writes beside the target, makes sure of the disk, and only then takes the target's name.
    public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        let (temporary, descriptor) = try openTemporary(beside: path)
        var failed: Int32 = writeAll(bytes, to: descriptor)
        // The name must not reach the disk before the contents do.
        if failed == 0, fsync(descriptor) != 0 { failed = errno }
        // Some file systems tell only now that there was no room.
        if close(descriptor) != 0, failed == 0 { failed = errno }
        if failed == 0, rename(temporary, path) != 0 { failed = errno }
        if failed != 0 {
            unlink(temporary)
            throw FileError(path, errno: failed)
        }
        syncFolder(of: path)
    }

    private static func openTemporary(beside path: String) throws(FileError) -> (String, Int32) {
        for attempt in 0..<100 {
            let temporary = "\(path).\(getpid())-\(attempt).part"
            let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if descriptor >= 0 { return (temporary, descriptor) }
            if errno != EEXIST { throw FileError(path, errno: errno) }
        }
        throw FileError(path, "too many unfinished files of that name")
    }

    /// 0, or the error's number.
    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let count = Glibc.write(descriptor, buffer.baseAddress! + done, buffer.count - done)
                if count >= 0 {
                    done += count
                } else if errno != EINTR {
                    return errno
                }
            }
            return 0
        }
    }

    /// The new name reaches the disk too. Not every file system can do this, and the file is in place by now.
    private static func syncFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
