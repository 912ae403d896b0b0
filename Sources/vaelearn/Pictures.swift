import Datasets
import Figures
import Networks

/// Items as pictures: squares where a row has a square length, strips otherwise.
enum Pictures {
    static func write(_ items: [Float], shape: [Int], columns: Int, to path: String) throws {
        let size = shape.reduce(1, *)
        let side = Int(Double(size).squareRoot().rounded())
        let (height, width) = shape.count >= 2 ? (shape[shape.count - 2], shape[shape.count - 1]) : side * side == size ? (side, side) : (1, size)
        let pictures = stride(from: 0, to: items.count, by: max(1, size)).map { items[$0..<($0 + size)].map(Double.init) }
        let values = items.lazy.filter(\.isFinite)
        let low = Double(min(0, values.min() ?? 0)), high = Double(max(1, values.max() ?? 1))
        let figure = Figure(id: "pictures", panels: [[Panel(marks: [
            .images(.init(images: pictures, width: width, height: height, columns: columns, limits: low...high)),
        ])]])
        try AtomicFile.write(figure.png(), to: path)
    }
}

/// Data by a name or a path.
enum DataSource {
    /// How many items of a generated set are trained on, the last tenth being held out.
    static let generatedCount = 20_000

    static func load(_ name: String) throws -> LoadedDataset {
        switch name {
        case "digits": return LoadedDataset(train: .digits(0..<generatedCount), format: "generated")
        case "sprites": return LoadedDataset(train: .sprites(0..<generatedCount), format: "generated")
        case "faces": return LoadedDataset(train: .faces(0..<generatedCount), format: "generated")
        case "ring": return LoadedDataset(train: .ring(0..<generatedCount), format: "generated")
        case "two_moons": return LoadedDataset(train: .twoMoons(0..<generatedCount), format: "generated")
        default: break
        }
        do {
            return try Dataset.read(UserFolders.fetched(name) ?? name)
        } catch let error as DatasetError {
            throw CommandError.badInput(error.description, hint: error.hint)
        }
    }
}

extension UserFolders {
    /// Where `data fetch` put a set of this name, if it did.
    static func fetched(_ name: String) -> String? {
        guard !name.contains("/"), !name.contains("."), !isFolder(name), let cache else { return nil }
        let path = cache + "/data/" + name
        return isFolder(path) ? path : nil
    }
}
