import Datasets
import Figures

/// What the numbers of a data set are like, both parts together.
struct DataSummary {
    private(set) var least = Float.infinity
    private(set) var most = -Float.infinity
    private(set) var mean = 0.0
    /// How many are no finite numbers; they do not count in the other figures.
    private(set) var missing = 0
    private(set) var classCounts: [Int]?

    init(_ data: LoadedDataset) {
        var (sum, count) = (0.0, 0)
        for part in [data.train, data.test].compactMap({ $0 }) {
            part.items.withUnsafeBufferPointer { items in
                for value in items {
                    guard value.isFinite else {
                        missing += 1
                        continue
                    }
                    least = min(least, value)
                    most = max(most, value)
                    sum += Double(value)
                    count += 1
                }
            }
            guard let labels = part.labels else { continue }
            var counts = classCounts ?? [Int](repeating: 0, count: part.classNames.count)
            for label in labels { counts[label] += 1 }
            classCounts = counts
        }
        mean = sum / Double(max(1, count))
    }
}

/// A picture of a data set: a row of items for each class, or the first items; points as points.
struct ContactSheet {
    let figure: Figure

    private static let columns = 12
    private static let mostRows = 16
    private static let mostPoints = 2000

    init(_ data: LoadedDataset, name: String) {
        let items = data.train
        let id = Self.identifier(name)
        let title = "\(data.count) items of \(String(name.split(separator: "/").last ?? "data"))"
        if items.shape == [2] {
            let shown = min(items.count, Self.mostPoints)
            let points = (0..<shown).map { Array(items.item($0)) }
            let scatter = Mark.Scatter(
                x: points.map { Double($0[0]) }, y: points.map { Double($0[1]) }, groups: items.labels.map { $0.prefix(shown).map { items.classNames[$0] } })
            figure = Figure(
                id: id, title: title, caption: "The first \(shown) items.", panels: [[Panel(xLabel: "first number", yLabel: "second number", equalAspect: true, marks: [.scatter(scatter)])]])
            return
        }
        var chosen: [Int] = []
        var rowLabels: [String] = []
        if let labels = items.labels, items.classNames.count > 1 {
            let rows = Self.firstOfEachClass(labels, classes: items.classNames.count)
            // Classes with fewer items than others leave a blank rest, which a grid row by row cannot show: all rows get the shortest length.
            let length = rows.map(\.members.count).min() ?? 0
            for row in rows {
                chosen += row.members.prefix(length)
                rowLabels.append(items.classNames[row.label])
            }
        } else {
            chosen = Array(0 ..< min(items.count, Self.columns * 8))
        }
        let frame = Frame(items.shape)
        let pictures = chosen.map { frame.picture(items.item($0)) }
        let least = pictures.lazy.joined().min() ?? 0, most = pictures.lazy.joined().max() ?? 1
        let limits = least >= 0 && most <= 1 ? 0...1 : least...max(most, least + 1e-9)
        let images = Mark.Images(
            images: pictures, width: frame.width, height: frame.height, columns: rowLabels.isEmpty ? Self.columns : max(1, chosen.count / max(1, rowLabels.count)),
            limits: limits, rowLabels: rowLabels)
        figure = Figure(
            id: id, title: title, caption: rowLabels.isEmpty ? "The first \(chosen.count) items." : "The first items of each class.",
            panels: [[Panel(marks: [.images(images)])]])
    }

    private static func firstOfEachClass(_ labels: [Int], classes: Int) -> [(label: Int, members: [Int])] {
        var members = [[Int]](repeating: [], count: classes)
        for (index, label) in labels.enumerated() where members[label].count < columns { members[label].append(index) }
        let rows = members.enumerated().filter { !$0.element.isEmpty }.prefix(mostRows)
        return rows.map { (label: $0.offset, members: $0.element) }
    }

    /// How an item is seen: pictures as they are, of several channels the first; rows of square length as squares, others as
    /// strips. What goes beyond 1,024 pixels is cut off.
    private struct Frame {
        let width, height: Int
        private let rowStride, pixelStride: Int

        init(_ shape: [Int]) {
            let rows: Int, columns: Int
            switch shape.count {
            case 1:
                let side = Int(Double(shape[0]).squareRoot().rounded())
                (rows, columns, pixelStride) = side > 1 && side * side == shape[0] ? (side, side, 1) : (1, shape[0], 1)
            case 3 where shape[2] <= 4: (rows, columns, pixelStride) = (shape[0], shape[1], shape[2])
            default: (rows, columns, pixelStride) = (shape[shape.count - 2], shape[shape.count - 1], 1)
            }
            rowStride = columns * pixelStride
            (width, height) = (min(columns, 1024), min(rows, 1024))
        }

        func picture(_ item: ArraySlice<Float>) -> [Double] {
            (0 ..< width * height).map { place in
                let value = item[item.startIndex + place / width * rowStride + place % width * pixelStride]
                return value.isFinite ? Double(value) : 0
            }
        }
    }

    /// A name for the file: the last part of the path, in the letters that a figure's name may have.
    private static func identifier(_ name: String) -> String {
        let last = (name.split(separator: "/").last.map(String.init) ?? "data").lowercased()
        let letters = last.utf8.map { byte in (97...122).contains(byte) || (48...57).contains(byte) ? Character(UnicodeScalar(byte)) : "-" }
        let trimmed = String(letters.drop { $0 == "-" }.prefix(60))
        return "data-" + (trimmed.isEmpty ? "set" : trimmed)
    }
}
