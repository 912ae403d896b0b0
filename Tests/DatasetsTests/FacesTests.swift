import Datasets
import Testing

struct FacesTests {
    static let data = Dataset.faces(0..<1000, seed: 8)

    func grey(_ index: Int, row: Int, column: Int) -> Double { Double(Self.data.items[index * 784 + row * 28 + column]) }

    @Test func greysAreTheirFactors() {
        for index in 0..<Self.data.count {
            // The chin, and a corner that no hair reaches.
            #expect(abs(grey(index, row: 24, column: 13) - Self.data.value("skin", index)) < 0.5 / 255 + 1e-6)
            #expect(abs(grey(index, row: 27, column: 0) - Self.data.value("background", index)) < 0.5 / 255 + 1e-6)
            // The forehead under the hair.
            let top = [1, 2].contains(Self.data.value("hair", index)) ? "hair grey" : "skin"
            #expect(abs(grey(index, row: 6, column: 13) - Self.data.value(top, index)) < 0.5 / 255 + 1e-6)
        }
    }

    /// The mouth's height in one column: the mean row, weighed by how much darker than skin it is.
    func mouth(_ index: Int, column: Int) -> Double {
        let skin = Self.data.value("skin", index)
        let darkness = (18...23).map { max(0, skin - grey(index, row: $0, column: column)) }
        return zip(18..., darkness).reduce(0) { $0 + Double($1.0) * $1.1 } / darkness.reduce(0, +)
    }

    @Test func smilesRaiseTheCornersOfTheMouth() {
        let lift = (0..<Self.data.count).map { index in
            // The mouth moves to the side with the turn: look where it is.
            let middle = 13.5 + 1.3 * Self.data.value("turn", index)
            let corners = [middle - 3, middle + 3].map { mouth(index, column: Int($0.rounded())) }
            return mouth(index, column: Int(middle.rounded())) - (corners[0] + corners[1]) / 2
        }
        #expect(correlation(lift, Self.data.factor("smile")!.map(Double.init)) > 0.95)
        // Who smiles broadly has the corners above the middle.
        for index in 0..<Self.data.count where Self.data.value("smile", index) > 0.7 { #expect(lift[index] > 0) }
    }

    @Test func glassesHaveABridge() {
        for index in 0..<Self.data.count {
            let column = Int((13.5 + 1.3 * Self.data.value("turn", index)).rounded())
            let bridge = grey(index, row: 13, column: column) / Self.data.value("skin", index)
            #expect(Self.data.value("glasses", index) == 1 ? bridge < 0.3 : bridge > 0.98, "face \(index)")
        }
    }

    @Test func eyesOpen() {
        // How much white there is about the eyes of those without glasses, in pixels.
        let plain = (0..<Self.data.count).filter { Self.data.value("glasses", $0) == 0 }
        let white = plain.map { index in
            let skin = Self.data.value("skin", index)
            return (10...17).reduce(0.0) { sum, row in
                sum + (6..<22).reduce(0.0) { $0 + max(0, grey(index, row: row, column: $1) - skin) / (1 - skin) }
            }
        }
        #expect(correlation(white, plain.map { Self.data.value("eyes", $0) }) > 0.9)
    }
}
