import Datasets
import Glibc

/// Files and folders that are no data sets, each broken in a way of its own.
struct BrokenCorpus {
    struct Case {
        let name: String
        let path: String
    }

    private(set) var cases: [Case] = []
    private let scratch: Scratch
    private var folders = 0

    init(in scratch: Scratch) {
        self.scratch = scratch
        addIDX()
        addIDXFolders()
        addNPY()
        addNPZ()
        addCSV()
        addPictures()
        addPaths()
    }

    private mutating func add(_ name: String, _ bytes: [UInt8]) {
        cases.append(Case(name: name, path: scratch.file("case-\(cases.count)", bytes)))
    }

    private mutating func add(_ name: String, text: String) { add(name, Array(text.utf8)) }

    private mutating func add(_ name: String, path: String) { cases.append(Case(name: name, path: path)) }

    /// A folder of files.
    private mutating func add(_ name: String, folder files: [(String, [UInt8])]) {
        folders += 1
        let path = scratch.folder("folder-\(folders)")
        for file in files { scratch.file("folder-\(folders)/" + file.0, file.1) }
        add(name, path: path)
    }

    // MARK: IDX

    private mutating func addIDX() {
        let good = Make.idx([3, 2, 2], Array(1...12))
        for count in good.indices { add("IDX of \(count) bytes", Array(good[..<count])) }
        let packed = Make.gzip(good)
        for count in packed.indices { add("IDX.gz of \(count) bytes", Array(packed[..<count])) }
        for place in 10..<packed.count {
            var bytes = packed
            bytes[place] ^= 0x55
            add("IDX.gz with byte \(place) changed", bytes)
        }
        for type: UInt8 in [0, 1, 7, 0x0A, 0x0F, 0x10, 0x80, 0xFF] { add("IDX of type \(type)", Make.idx(type, [3, 2, 2], Array(1...12))) }
        for axes: UInt8 in [0, 9, 255] { add("IDX of \(axes) axes", [0, 0, 8, axes] + good[4...]) }
        for lengths: [UInt32] in [[.max, .max, .max], [.max, 28, 28], [1 << 31, 1 << 31, 2], [60_000, 28, 28], [4, 2, 2], [3, 2, 3], [2, 2, 2], [1, 1, 1]] {
            add("IDX of \(lengths)", Make.idx(lengths, Array(1...12)))
            add("IDX.gz of \(lengths)", Make.gzip(Make.idx(lengths, Array(1...12))))
        }
        for lengths: [UInt32] in [[0, 28, 28], [3, 0, 2], [3, 2, 0], [0], [0, 0, 0]] { add("IDX of \(lengths)", Make.idx(lengths, [])) }
        add("IDX of labels alone", Make.idx([4], [1, 2, 3, 4]))
        add("IDX with a byte too many", good + [0])
        add("IDX.gz with a byte too many", Make.gzip(good + [0]))
        add("IDX of NaN", Make.idx(0x0D, [2, 2], (0..<4).flatMap { _ in Float.nan.bitPattern.bigEndianBytes }))
        add("IDX of infinities", Make.idx(0x0E, [2, 2], (0..<4).flatMap { _ in (-Double.infinity).bitPattern.bigEndianBytes }))
        add("IDX.gz that unpacks to 100 MB", Make.gzip(Make.idx([127_551, 28, 28], [UInt8](repeating: 0, count: 127_551 * 784))))
    }

    private mutating func addIDXFolders() {
        let images = Make.idx([3, 2, 2], Array(1...12)), labels = Make.idx([3], [0, 1, 2])
        add("labels without images", folder: [("train-labels-idx1-ubyte", labels)])
        add("two sets in one folder", folder: [("a-images-idx3-ubyte", images), ("b-images-idx3-ubyte", images)])
        add("two files of labels", folder: [("images-idx3-ubyte", images), ("a-labels-idx1-ubyte", labels), ("b-labels-idx1-ubyte", labels)])
        add("too few labels", folder: [("images-idx3-ubyte", images), ("labels-idx1-ubyte", Make.idx([2], [0, 1]))])
        add("labels that are broken", folder: [("images-idx3-ubyte", images), ("labels-idx1-ubyte", Array(labels.dropLast()))])
        add("labels that are text", folder: [("images-idx3-ubyte", images), ("labels-idx1-ubyte", Array("0 1 2".utf8))])
        add("labels that are fractions", folder: [("images", Make.idx([1, 2, 2], [1, 2, 3, 4])), ("labels", Make.idx(0x0D, [1], Float(0.5).bitPattern.bigEndianBytes))])
        add("a test part of other size", folder: [("train-images-idx3-ubyte", images), ("t10k-images-idx3-ubyte", Make.idx([1, 1, 1], [1]))])
        add("a broken test part", folder: [("train-images-idx3-ubyte", images), ("t10k-images-idx3-ubyte.gz", Array(Make.gzip(images).dropLast(9)))])
        add("empty files of the right names", folder: [("train-images-idx3-ubyte", []), ("train-labels-idx1-ubyte.gz", [])])
        add("a folder in place of a file", folder: [("train-images-idx3-ubyte/x", [1])])
    }

    // MARK: NumPy

    private mutating func addNPY() {
        let good = Make.npy("'<f4'", "(2, 3)", Make.floats([1, 2, 3, 4, 5, 6]))
        for count in good.indices { add("NPY of \(count) bytes", Array(good[..<count])) }
        let data = Make.floats([1, 2, 3, 4, 5, 6])
        add("NPY with a byte too many", good + [0])
        for version: UInt8 in [0, 4, 255] { add("NPY of version \(version)", Make.npy("'<f4'", "(2, 3)", data, version: version)) }
        for byte in 0..<6 {
            var bytes = good
            bytes[byte] ^= 0x20
            add("NPY with another magic", bytes)
        }
        add("NPY with a huge header", [0x93] + Array("NUMPY".utf8) + [2, 0, 0xFF, 0xFF, 0xFF, 0xFF] + [UInt8](repeating: 32, count: 1000))
        add("NPY with a header of 16 MB", [0x93] + Array("NUMPY".utf8) + [3, 0, 0, 0, 0, 1] + [UInt8](repeating: 32, count: 1000))
        for type in [
            "'|O'", "'O'", "'|O8'", "'<U5'", "'|S3'", "'<c8'", "'<c16'", "'<M8[ns]'", "'<m8[s]'", "'|V4'", "'<f16'", "'<f3'", "'<f'", "'<f-4'", "''", "'<'",
            "'<u16'", "'<i3'", "'>b4'", "'f4f4'", "'<f99999999999999999999'", "[('a', '<f4'), ('b', '<i2')]", "None", "4", "True", "{'a': 'b'}", "'\u{1B}[31m'",
        ] { add("NPY of type \(type)", Make.npy(type, "(2, 3)", data)) }
        for shape in [
            "()", "(0,)", "(0, 3)", "(3, 0)", "(-1, 3)", "(-2, -3)", "(2.0, 3)", "(1e3,)", "(4611686018427387904, 4611686018427387904)", "(4294967296, 4294967296)",
            "(99999999999999999999,)", "('2', 3)", "(2, (3,))", "(True, 3)", "(None,)", "2", "'(2, 3)'", "(1000000000, 3)", "(3, 3)", "(2, 2)", "(1, 3)",
        ] {
            add("NPY of shape \(shape)", Make.npy("'<f4'", shape, data))
            add("NPY of shape \(shape) in Fortran's order", Make.npy("'<f4'", shape, data, fortran: "True"))
        }
        for header in [
            "", "{", "{}", "}", "[]", "nonsense", "{'descr': '<f4'", "{'descr': '<f4', 'shape': (2, 3)}", "{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 3)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} x", "{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': (2, 3)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2 3)}", "{'descr' '<f4', 'fortran_order': False, 'shape': (2, 3)}",
            "{'descr': '<f4, 'fortran_order': False, 'shape': (2, 3)}", "__import__('os').system('true')", String(repeating: "(", count: 5000),
            String(repeating: "[[{'a':", count: 2000), "\u{0}\u{1}\u{2}", "{1: 2}",
        ] { add("NPY with the header \(header.prefix(40))", Make.npy(header: header, data)) }
        add("NPY of NaN in half precision", Make.npy("'<f2'", "(2,)", [0, 0x7E, 0, 0xFE]))
        add("NPY of NaN", Make.npy("'>f4'", "(1, 2)", [0x7F, 0xC0, 0, 0, 0xFF, 0xC0, 0, 0]))
        add("NPY of NaN in double precision", Make.npy("'<f8'", "(1, 1)", Double.nan.bitPattern.littleEndianBytes))
        add("NPY of objects, pickled", Make.npy("'|O'", "(1,)", [0x80, 4, 0x95, 0x2E]))
        add("NPY packed by gzip and cut off", Array(Make.gzip(good).dropLast(10)))
    }

    private mutating func addNPZ() {
        let x = Make.npy("'|u1'", "(3, 2)", [1, 2, 3, 4, 5, 6]), y = Make.npy("'|u1'", "(3,)", [0, 1, 2])
        for deflate in [false, true] {
            let good = Make.npz([("x", x), ("y", y)], deflate: deflate)
            for count in stride(from: 1, to: good.count, by: 5) { add("NPZ of \(count) bytes", Array(good[..<count])) }
        }
        for name in ["../x.npy", "/x.npy", "a/../../x.npy", "..\\x.npy", "C:x.npy", "x\0.npy", "a/..", "", "\u{1B}]0;title\u{7}/../x.npy"] {
            add("NPZ with the member \(name.debugDescription)", Make.zip([.init(name: name, data: x)]))
        }
        let zeros = Make.npy("'|u1'", "(100000, 1000)", [UInt8](repeating: 0, count: 100_000_000))
        add("NPZ that unpacks to 100 MB", Make.zip([.init(name: "x.npy", data: zeros, deflate: true)]))
        add("NPZ that unpacks to more than it says", Make.zip([.init(name: "x.npy", data: Array(zeros[..<30_000_000]), deflate: true, size: x.count)]))
        add("NPZ that says it unpacks to 4 GB", Make.zip([.init(name: "x.npy", data: x, deflate: true, size: 0xFFFF_FFFE)]))
        add("NPZ of which the header says 4 GB", Make.npz([("x", Make.npy("'|u1'", "(4000000, 1000)", [1, 2, 3]))], deflate: true))
        add("NPZ with members in one place", Make.zip([.init(name: "x.npy", data: x), .init(name: "y.npy", data: y, offset: 0)]))
        add("NPZ with a member outside", Make.zip([.init(name: "x.npy", data: x, offset: 1 << 30)]))
        add("NPZ with a member that is elsewhere", Make.zip([.init(name: "x.npy", data: x, offset: 3)]))
        add("NPZ with a wrong checksum", Make.zip([.init(name: "x.npy", data: x, crc: 1)]))
        add("NPZ with a wrong checksum, packed", Make.zip([.init(name: "x.npy", data: x, deflate: true, crc: 1)]))
        add("NPZ with a broken stream", Make.zip([.init(name: "x.npy", data: x, method: 8)]))
        add("NPZ that is encrypted", Make.zip([.init(name: "x.npy", data: x, flags: 1)]))
        for method in [1, 9, 12, 14, 93, 99] { add("NPZ packed by method \(method)", Make.zip([.init(name: "x.npy", data: x, method: method)])) }
        add("NPZ with two sizes", Make.zip([.init(name: "x.npy", data: x, size: x.count + 1)]))
        add("NPZ with sizes that do not fit", Make.zip([.init(name: "x.npy", data: x, size: 0xFFFF_FFFF)]))
        add("NPZ with two members of a name", Make.zip([.init(name: "x.npy", data: x), .init(name: "x.npy", data: x)]))
        add("NPZ with a wrong number of members", Make.zip([.init(name: "x.npy", data: x)], count: 9))
        add("NPZ with 65535 members", Make.zip([.init(name: "x.npy", data: x)], count: 0xFFFF))
        add("NPZ without members", Make.zip([]))
        add("zip without arrays", Make.zip([.init(name: "readme.txt", data: [65])]))
        add("NPZ of an array that is none", Make.zip([.init(name: "x.npy", data: [1, 2, 3])]))
        add("NPZ of objects", Make.npz([("x", Make.npy("'|O'", "(3,)", [0x80, 4, 0x2E]))]))
        add("NPZ of arrays without known names", Make.npz([("alpha", x), ("beta", x)]))
        add("NPZ with too few labels", Make.npz([("x", x), ("y", Make.npy("'|u1'", "(2,)", [0, 1]))]))
        add("NPZ with fractions as labels", Make.npz([("x", x), ("y", Make.npy("'<f4'", "(3,)", Make.floats([0, 0.5, 1])))]))
        add("NPZ with a table of labels", Make.npz([("x", x), ("y", Make.npy("'|u1'", "(3, 2)", [0, 1, 2, 3, 4, 5]))]))
        add("NPZ with text as labels", Make.npz([("x", x), ("y", Make.npy("'|S1'", "(3,)", [65, 66, 67]))]))
        add("NPZ with another test shape", Make.npz([("x_train", x), ("x_test", Make.npy("'|u1'", "(1, 3)", [1, 2, 3]))]))
        add("NPZ with no items", Make.npz([("x", Make.npy("'<f4'", "(0, 784)", []))]))
        add("NPZ of NaN", Make.npz([("x", Make.npy("'<f4'", "(1, 1)", Make.floats([.nan])))]))
        add("NPZ of NaN to test on", Make.npz([("x_train", Make.npy("'<f4'", "(1, 1)", Make.floats([1]))), ("x_test", Make.npy("'<f4'", "(1, 1)", Make.floats([.nan])))]))
    }

    // MARK: Text

    private mutating func addCSV() {
        let row = "1,2,3\n"
        add("CSV with a short row", text: "1,2,3\n4,5\n6,7,8\n")
        add("CSV with a long row", text: "1,2,3\n4,5,6,7\n")
        add("CSV with a short row far down", text: String(repeating: row, count: 20_000) + "1,2\n")
        add("CSV that ends in the middle of a row", text: String(repeating: row, count: 10) + "1,")
        add("CSV with a comma too many", text: "1,2,3\n1,2,3,\n")
        add("CSV with rows shorter than the names", text: "a,b,c\n1,2\n")
        add("CSV with text", text: "a,b\n1,2\n1,cat\n")
        add("CSV with classes without a name", text: "5.1,3.5,setosa\n4.9,3.0,setosa\n")
        add("CSV with a hole", text: "1,2,3\n1,,3\n")
        add("CSV with a hole in quotes", text: "1,2\n1,\"\"\n")
        add("CSV with decimal commas", text: "1;2\n1,5;2,5\n")
        add("CSV with an open quote", text: "a,b\n\"1,2\n3,4\n")
        add("CSV with something after a quote", text: "a,b\n\"1\"x,2\n")
        add("CSV of names alone", text: "a,b,label\n")
        add("CSV of classes alone", text: "label\ncat\ndog\n")
        add("CSV of blank lines", text: "\n\n  \n\r\n")
        add("CSV of NaN", text: "a,b\nnan,NaN\nnan,inf\n")
        add("CSV of 11,000 classes", text: "label,v\n" + (0..<11_000).map { "class\($0),1\n" }.joined())
        add("CSV of one endless line", [UInt8](repeating: UInt8(ascii: "1"), count: 17 << 20))
        add("CSV of one line of columns", (0 ..< 4 << 20).flatMap { _ in [UInt8(ascii: "1"), UInt8(ascii: ",")] })
        add("CSV of one line of names", (0 ..< 4 << 20).flatMap { _ in [UInt8(ascii: "a"), UInt8(ascii: ",")] })
        add("CSV with old line ends", text: "1,2\r3,4\r")
        add("CSV with escape codes", text: "a,b\n1,\"\u{7F}\u{9B}31mred\"\n")
        add("prose", text: "# Data\n\nThis folder holds data, as they came.\nThere are many, of all kinds.\n")
        add("JSON", text: "{\"a\": [1, 2, 3],\n \"b\": 4}\n")
        add("UTF-16", [0xFF, 0xFE] + "1,2\n3,4\n".utf8.flatMap { [$0, 0] })
        for number in ["1e", "e5", "--1", "1.2.3", "0x10", "1_000", "1 2", "1e99999999999", ".", "-", "+", "١", "1f", "nano", "infinit"] {
            add("CSV with the number \(number)", text: "a,b\n1,\(number)\n")
        }
    }

    // MARK: Pictures

    private mutating func addPictures() {
        let good = Make.png(width: 3, rows: [[1, 2, 3], [4, 5, 6]])
        func parts(_ header: [UInt8], _ data: [UInt8] = Make.deflated([0, 1, 2, 3, 0, 4, 5, 6], windowBits: 15), extra: [UInt8] = []) -> [UInt8] {
            Make.pngSignature + Make.chunk("IHDR", header) + extra + Make.chunk("IDAT", data) + Make.chunk("IEND", [])
        }
        func grey(_ width: Int, _ height: Int) -> [UInt8] { Make.pngHeader(width, height, depth: 8, colour: 0) }
        let text: [UInt8] = Array("hello".utf8)
        for count in good.indices { add("PNG of \(count) bytes", folder: [("a/1.png", Array(good[..<count]))]) }
        for place in stride(from: 8, to: good.count, by: 3) {
            var bytes = good
            bytes[place] ^= 0x10
            add("PNG with byte \(place) changed", folder: [("a/1.png", bytes)])
        }
        let all: [(String, [UInt8])] = [
            ("interlaced", parts(Make.pngHeader(3, 2, depth: 8, colour: 0, interlace: 1))), ("of depth 3", parts(Make.pngHeader(3, 2, depth: 3, colour: 0))),
            ("of colour 1", parts(Make.pngHeader(3, 2, depth: 8, colour: 1))), ("of RGB in 4 bits", parts(Make.pngHeader(3, 2, depth: 4, colour: 2))),
            ("of no width", parts(grey(0, 2))), ("of no height", parts(grey(3, 0))), ("of huge width", parts(grey(0xFFFF_FFFF, 2))),
            ("of huge sides", parts(grey(8192, 8192))), ("larger than its pixels", parts(grey(3, 3))), ("of 16 million pixels in 20 bytes", parts(grey(4096, 4096))),
            ("with an unknown filter", parts(grey(3, 2), Make.deflated([0, 1, 2, 3, 5, 4, 5, 6], windowBits: 15))), ("without zlib's header", parts(grey(3, 2), [1, 2, 3])),
            ("without pixels", Make.pngSignature + Make.chunk("IHDR", grey(3, 2)) + Make.chunk("IEND", [])), ("without a header", Make.pngSignature + Make.chunk("IDAT", [1])),
            ("with two headers", parts(grey(3, 2), extra: Make.chunk("IHDR", grey(3, 2)))), ("with an unknown part", parts(grey(3, 2), extra: Make.chunk("ABCD", [1]))),
            ("with a short header", parts([0, 0, 0, 3])), ("without a palette", Make.png(width: 1, rows: [[0]], colour: 3)),
            ("beyond its palette", Make.png(width: 1, rows: [[2]], colour: 3, palette: [1, 2, 3, 4, 5, 6])), ("that is text", text), ("that is empty", []),
            ("that is JPEG", [0xFF, 0xD8, 0xFF, 0xE0]),
        ]
        for (name, bytes) in all { add("PNG " + name, folder: [("a/1.png", good), ("a/2.png", bytes)]) }
        add("pictures of two sizes", folder: [("a/1.png", good), ("b/1.png", Make.png(width: 2, rows: [[1, 2], [3, 4]]))])
        add("parts of two sizes", folder: [("train/a/1.png", good), ("test/a/1.png", Make.png(width: 2, rows: [[1, 2]]))])
        add("a test part without pictures", folder: [("train/a/1.png", good), ("test/a/1.txt", text)])
        add("a class folder of other files", folder: [("a/1.jpg", [0xFF, 0xD8, 0xFF]), ("b/notes.txt", text)])
        add("a single PNG", good)
    }

    // MARK: Paths

    private mutating func addPaths() {
        add("nothing", path: "")
        add("a missing file", path: scratch.path + "/missing.npy")
        add("a file taken for a folder", path: scratch.file("plain", "1,2\n") + "/x")
        add("a name with a zero", path: scratch.path + "/a\0b")
        add("a name that is too long", path: scratch.path + "/" + String(repeating: "x", count: 300))
        add("a path that is too long", path: scratch.path + String(repeating: "/x", count: 4000))
        add("an empty folder", path: scratch.folder("empty"))
        add("an empty folder, by a slash", path: scratch.folder("empty") + "/")
        add("an empty folder in a folder", path: String(scratch.folder("outer/inner").dropLast(6)))
        add("a folder of one text", folder: [("notes.txt", [65])])
        add("a folder of hidden files", folder: [(".DS_Store", [0, 0, 8, 1])])
        add("an empty file", [])
        add("a link to itself", path: scratch.link("loop", to: "loop"))
        scratch.link("ping", to: "pong")
        add("links in a circle", path: scratch.link("pong", to: "ping"))
        add("a link to nowhere", path: scratch.link("dangling", to: "nowhere"))
        let circle = scratch.folder("circle")
        scratch.link("circle/again", to: ".")
        scratch.link("circle/up", to: "..")
        add("a folder that holds itself", path: circle)
        scratch.link("classes-1.png", to: "classes-1.png")
        let classes = scratch.folder("classes/a")
        scratch.link("classes/a/1.png", to: "1.png")
        add("a picture that is a link to itself", path: String(classes.dropLast(2)))
        let pipe = scratch.path + "/pipe"
        precondition(mkfifo(pipe, 0o600) == 0)
        add("a pipe", path: pipe)
        let withPipe = scratch.folder("with-pipe")
        precondition(mkfifo(withPipe + "/train-images-idx3-ubyte", 0o600) == 0)
        add("a pipe in place of a file", path: withPipe)
        for device in ["/dev/null", "/dev/zero", "/dev/tty"] { add(device, path: device) }
        if geteuid() != 0 {
            let (file, folder) = (scratch.file("secret", "1,2\n"), scratch.folder("closed"))
            chmod(file, 0)
            chmod(folder, 0)
            add("a file that may not be read", path: file)
            add("a folder that may not be read", path: folder)
        }
        for (name, magic) in [
            ("JPEG", [0xFF, 0xD8, 0xFF, 0xE0]), ("GIF", Array("GIF89a".utf8)), ("PDF", Array("%PDF-1.7".utf8)), ("HDF5", [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A]),
            ("pickle", [0x80, 4, 0x95, 0]), ("old pickle", [0x80, 2, 0x7D]), ("bzip2", Array("BZh91AY".utf8)), ("xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]),
            ("Parquet", Array("PAR1".utf8)), ("ELF", [0x7F, 0x45, 0x4C, 0x46]), ("zeros", [UInt8](repeating: 0, count: 4096)),
        ] as [(String, [UInt8])] { add(name, magic + [UInt8](repeating: 7, count: 100)) }
    }
}
