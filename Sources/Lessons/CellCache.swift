import Cells
import FoundationEssentials
import Glibc

/// Outcomes of slow cells, one file each, named by all that the outcome depends on. A file that cannot be read or written
/// is no error: the cell simply runs.
public struct CellCache: Sendable {
    /// `$XDG_CACHE_HOME/vaelearn/cells`
    private let folder: String
    /// The program that computed them: another one may compute otherwise.
    private let engine: String
    /// Cells that ran for less than this many seconds are not worth a file.
    public var patience = 1.0
    /// Bytes of one outcome, and of all of them.
    public var largestFile = 32 << 20
    public var largestFolder = 256 << 20

    private static let header = Array("vaelearn cell 2\n".utf8)

    public init(folder: String, engine: String) { (self.folder, self.engine) = (folder, engine) }

    /// `parts` is everything that the outcome depends on besides the engine.
    func name(of parts: [String]) -> String {
        // Lengths keep the parts apart.
        let text = ([engine] + parts).map { "\($0.utf8.count):\($0)" }.joined()
        return Self.hash(text.utf8, 0xcbf29ce484222325) + Self.hash(text.utf8, 0x9e3779b97f4a7c15)
    }

    /// FNV-1a from a starting point, as sixteen digits.
    private static func hash(_ bytes: some Sequence<UInt8>, _ start: UInt64) -> String {
        let digits = String(bytes.reduce(start) { ($0 ^ UInt64($1)) &* 0x100000001b3 }, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    func outcome(named name: String) -> CellOutcome? {
        let path = folder + "/" + name
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        let bytes = Array(data), body = Self.header.count + 16
        guard bytes.count >= body, bytes.starts(with: Self.header),
            bytes[Self.header.count..<body].elementsEqual(Self.hash(bytes[body...], 0xcbf29ce484222325).utf8),
            let outcome = CellOutcome(archive: Array(bytes[body...]))
        else {
            unlink(path)
            return nil
        }
        // The oldest go first where room is needed; this one was useful today.
        utimes(path, nil)
        return outcome
    }

    func keep(_ outcome: CellOutcome, named name: String) {
        guard let body = outcome.archived(), body.count <= largestFile else { return }
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let path = folder + "/" + name, temporary = path + ".\(getpid()).new"
        let bytes = Self.header + Array(Self.hash(body, 0xcbf29ce484222325).utf8) + body
        guard let file = fopen(temporary, "w") else { return }
        let isWritten = fwrite(bytes, 1, bytes.count, file) == bytes.count
        guard fclose(file) == 0, isWritten, rename(temporary, path) == 0 else {
            unlink(temporary)
            return
        }
        makeRoom()
    }

    private func makeRoom() {
        var files: [(path: String, size: Int, time: Int)] = []
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            var information = stat()
            let path = folder + "/" + name
            if stat(path, &information) == 0 { files.append((path, Int(information.st_size), information.st_mtim.tv_sec)) }
        }
        var total = files.reduce(0) { $0 + $1.size }
        for file in files.sorted(by: { ($0.time, $0.path) < ($1.time, $1.path) }) where total > largestFolder {
            unlink(file.path)
            total -= file.size
        }
    }
}
