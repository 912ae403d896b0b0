/// A folder of PNG pictures: one sub-folder a class, or pictures without classes. Two sub-folders `train` and `test` of that
/// kind are the two parts.
enum PNGFolder {
    static func load(_ path: String, _ listing: FolderListing) throws -> LoadedDataset? {
        if listing.folders.contains("train"), listing.folders.contains("test"), !(try pictures(path + "/train").isEmpty) {
            let (train, test) = (try pictures(path + "/train"), try pictures(path + "/test"))
            guard !test.isEmpty else { throw DatasetError(path + "/test", "it holds no PNG pictures.", hint: "take it away, or fill it") }
            let names = classNames(train + test)
            let trainPart = try read(train, names), testPart = try read(test, names)
            if trainPart.shape != testPart.shape { throw oddSize(test[0].path, testPart.shape, train[0].path, trainPart.shape) }
            return LoadedDataset(train: trainPart, test: testPart, format: format)
        }
        let pictures = try pictures(path)
        return pictures.isEmpty ? nil : LoadedDataset(train: try read(pictures, classNames(pictures)), format: format)
    }

    private static let format = "PNG pictures, as grey values"

    private struct Picture {
        let path: String
        let className: String?
        /// Where it stands in its class, from 0 to 1.
        let place: Double
    }

    /// The pictures of a folder, classes evenly mixed, so that a part held out at the end has items of all of them.
    private static func pictures(_ path: String) throws -> [Picture] {
        let listing = try FolderListing(path)
        func pictures(in folder: String, _ names: [String], _ className: String?) -> [Picture] {
            let paths = names.map { folder + "/" + $0 }.filter(isPicture)
            return paths.enumerated().map { Picture(path: $1, className: className, place: (Double($0) + 0.5) / Double(paths.count)) }
        }
        var all: [Picture] = []
        for folder in listing.folders { all += pictures(in: path + "/" + folder, try FolderListing(path + "/" + folder).files, folder) }
        if all.isEmpty { return pictures(in: path, listing.files, nil) }
        return all.enumerated().sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }.map(\.element)
    }

    /// By its content; a file that is called .png counts too, so that a broken one is not passed over in silence.
    private static func isPicture(_ path: String) -> Bool {
        path.lowercased().hasSuffix(".png") || (try? DataFile(path).bytes(0..<8)) == PNG.signature
    }

    /// Whole numbers by their size, names by their letters.
    private static func classNames(_ pictures: [Picture]) -> [String] {
        let names = Set(pictures.compactMap(\.className))
        return names.sorted { left, right in
            if let left = Int(left), let right = Int(right), left != right { return left < right }
            return left.utf8.lexicographicallyPrecedes(right.utf8)
        }
    }

    private static func read(_ pictures: [Picture], _ classNames: [String]) throws -> Dataset {
        let numbers = Dictionary(uniqueKeysWithValues: classNames.enumerated().map { ($1, $0) })
        var items: [Float] = []
        var shape: [Int] = []
        for picture in pictures {
            let file = try DataFile(picture.path)
            guard file.size > 0 else { throw DatasetError(picture.path, "the file is empty.", hint: "take it out of the folder") }
            guard file.size <= 64 << 20 else { throw DatasetError(picture.path, "the picture takes more than 64 MiB.", hint: "make the pictures smaller") }
            let png = try PNG(file.bytes(0..<file.size), path: picture.path)
            if shape.isEmpty {
                shape = [png.height, png.width]
                try Limits.check(values: png.grey.count * pictures.count, picture.path)
                items.reserveCapacity(png.grey.count * pictures.count)
            }
            guard shape == [png.height, png.width] else { throw oddSize(picture.path, [png.height, png.width], pictures[0].path, shape) }
            items += png.grey
        }
        return Dataset(
            count: pictures.count, shape: shape, items: items, labels: classNames.isEmpty ? nil : pictures.map { numbers[$0.className ?? ""] ?? 0 },
            classNames: classNames.map { printable($0) })
    }

    private static func oddSize(_ path: String, _ shape: [Int], _ other: String, _ otherShape: [Int]) -> DatasetError {
        DatasetError(
            path, "the picture has \(shape[1]) × \(shape[0]) pixels, but \(printable(other, limit: 200)) has \(otherShape[1]) × \(otherShape[0]).",
            hint: "make all pictures the same size")
    }
}
