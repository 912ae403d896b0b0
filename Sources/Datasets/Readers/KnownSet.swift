/// A published data set that can be fetched by its name: four files in MNIST's format.
public struct KnownSet: Sendable {
    public struct File: Sendable {
        public let name: String
        /// About how long it is, for the progress bar.
        public let size: Int
        /// Of the file as published.
        public let md5: String
        /// Of what it unpacks to, where that is known: then a mirror may have packed it anew.
        public let unpackedMD5: String?

        public init(_ name: String, size: Int, md5: String, unpackedMD5: String? = nil) {
            (self.name, self.size, self.md5, self.unpackedMD5) = (name, size, md5, unpackedMD5)
        }
    }

    public let name: String
    public let summary: String
    public let classNames: [String]
    /// Addresses of folders, to be tried in this order.
    public let mirrors: [String]
    public let files: [File]

    public init(name: String, summary: String, classNames: [String], mirrors: [String], files: [File]) {
        (self.name, self.summary, self.classNames, self.mirrors, self.files) = (name, summary, classNames, mirrors, files)
    }

    public var size: Int { files.reduce(0) { $0 + $1.size } }

    public static func named(_ name: String) -> KnownSet? { all.first { $0.name == name } }

    /// Sums of the packed files: torchvision's list for MNIST and KMNIST, the makers' own for Fashion-MNIST; sums of the
    /// unpacked ones taken from MNIST's original files.
    public static let all = [
        KnownSet(
            name: "mnist", summary: "handwritten digits, 60000 + 10000 of 28 × 28", classNames: (0...9).map(String.init),
            mirrors: ["https://ossci-datasets.s3.amazonaws.com/mnist"],
            files: [
                File("train-images-idx3-ubyte.gz", size: 9_912_422, md5: "f68b3c2dcbeaaa9fbdd348bbdeb94873", unpackedMD5: "6bbc9ace898e44ae57da46a324031adb"),
                File("train-labels-idx1-ubyte.gz", size: 28_881, md5: "d53e105ee54ea40749a09fcbcd1e9432", unpackedMD5: "a25bea736e30d166cdddb491f175f624"),
                File("t10k-images-idx3-ubyte.gz", size: 1_648_877, md5: "9fb629c4189551a2d022fa330f9573f3", unpackedMD5: "2646ac647ad5339dbf082846283269ea"),
                File("t10k-labels-idx1-ubyte.gz", size: 4_542, md5: "ec29112dd5afa0611ce80d1b7f02629c", unpackedMD5: "27ae3e4e09519cfbb04c329615203637"),
            ]),
        KnownSet(
            name: "fashion-mnist", summary: "pictures of clothes, 60000 + 10000 of 28 × 28",
            classNames: ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
            mirrors: [
                "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
                "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
            ],
            files: [
                File("train-images-idx3-ubyte.gz", size: 26_421_880, md5: "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
                File("train-labels-idx1-ubyte.gz", size: 29_515, md5: "25c81989df183df01b3e8a0aad5dffbe"),
                File("t10k-images-idx3-ubyte.gz", size: 4_422_102, md5: "bef4ecab320f06d8554ea6380940ec79"),
                File("t10k-labels-idx1-ubyte.gz", size: 5_148, md5: "bb300cfdad3c16e7a12a480ee83cd310"),
            ]),
        KnownSet(
            name: "kmnist", summary: "cursive Japanese letters, 60000 + 10000 of 28 × 28",
            classNames: ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"],
            mirrors: ["https://codh.rois.ac.jp/kmnist/dataset/kmnist", "http://codh.rois.ac.jp/kmnist/dataset/kmnist"],
            files: [
                File("train-images-idx3-ubyte.gz", size: 18_165_135, md5: "bdb82020997e1d708af4cf47b453dcf7"),
                File("train-labels-idx1-ubyte.gz", size: 29_497, md5: "e144d726b3acfaa3e44228e80efcd344"),
                File("t10k-images-idx3-ubyte.gz", size: 3_041_136, md5: "5c965bf0a639b31b8f53240b1b52f4d7"),
                File("t10k-labels-idx1-ubyte.gz", size: 5_120, md5: "7320c461ea6c1c855c0b718fb2a4b134"),
            ]),
    ]
}
