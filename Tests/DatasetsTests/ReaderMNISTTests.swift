import Datasets
import Glibc
import Testing

private let mnist = getenv("VAELEARN_MNIST").map { String(cString: $0) }

struct ReaderMNISTTests {
    @Test(.enabled(if: mnist != nil, "VAELEARN_MNIST points to no copy of MNIST"))
    func theRealFilesAreRead() throws {
        let data = try Dataset.read(mnist!)
        #expect(data.train.count == 60_000 && data.test?.count == 10_000 && data.train.shape == [28, 28])
        // The class counts and the mean grey that are published everywhere.
        #expect(counts(data.train) == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
        #expect(counts(data.test!) == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
        let mean = data.train.items.reduce(0.0) { $0 + Double($1) } / Double(data.train.items.count)
        #expect(abs(mean - 0.1307) < 5e-5)
        #expect(data.train.items.min() == 0 && data.train.items.max() == 1)
    }

    private func counts(_ data: Dataset) -> [Int] {
        data.labels!.reduce(into: [Int](repeating: 0, count: 10)) { $0[$1] += 1 }
    }
}
