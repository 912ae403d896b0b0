/// Several arrays in a zip archive, as np.savez writes them. Which one is what, their names tell.
enum NPZ {
    private static let trainItems = ["x_train", "train_images", "train_x", "train_data", "train", "images", "imgs", "x", "data", "items", "arr_0"]
    private static let trainLabels = ["y_train", "train_labels", "train_y", "labels", "label", "classes", "class", "targets", "target", "y", "arr_1"]
    private static let testItems = ["x_test", "test_images", "test_x", "test_data", "test"]
    private static let testLabels = ["y_test", "test_labels", "test_y"]

    static func load(file path: String) throws -> LoadedDataset {
        let archive = try ZipArchive(DataFile(path))
        var arrays: [String: ZipArchive.Member] = [:]
        for member in archive.members where member.name.hasSuffix(".npy") { arrays[String(member.name.dropLast(4))] = member }
        guard !arrays.isEmpty else { throw DatasetError(path, "it is a zip archive that holds no NumPy array.", hint: "save arrays with np.savez(path, x=items, y=labels)") }

        func open(_ name: String) throws -> NumberArray { try NPY.open(archive.stream(arrays[name]!), name: name) }
        func named(_ names: [String]) -> String? {
            names.lazy.compactMap { wanted in arrays.keys.filter { $0.lowercased() == wanted }.min() }.first
        }
        guard let trainName = named(trainItems) ?? (arrays.count == 1 ? arrays.keys.first : nil) else {
            let names = arrays.keys.sorted().prefix(6).map { printable($0, limit: 24) }.joined(separator: ", ")
            throw DatasetError(path, "none of its arrays is called as items are: \(names).", hint: "save them with np.savez(path, x=items, y=labels), or x_train, y_train, x_test, y_test")
        }
        func part(_ items: String, _ labels: String?) throws -> (items: NumberArray, labels: NumberArray?) {
            let array = try open(items), labelArray = try labels.map(open)
            if let labelArray, labelArray.shape[0] != array.shape[0] {
                throw DatasetError(
                    path, "\(counted(labelArray.shape[0], "label")) in \"\(printable(labels!))\" for \(counted(array.shape[0], "item")) in \"\(printable(items))\".",
                    hint: "save one label an item")
            }
            return (array, labelArray)
        }
        let train = try part(trainName, named(trainLabels.filter { $0 != trainName.lowercased() }))
        let test = try named(testItems).map { try part($0, named(testLabels)) }
        func read(_ part: (items: NumberArray, labels: NumberArray?)) throws -> RawPart {
            let labels = try part.labels?.labels()
            return RawPart(shape: part.items.itemShape, items: try part.items.floats(), labels: labels, path: path)
        }
        return try RawPart.load(train: read(train), test: test.map(read), format: "NPZ, \(train.items.type.description)")
    }
}
