import Datasets
import Testing

struct DigitsTests {
    @Test func aLongerSetBeginsWithTheShorter() {
        let (short, long) = (Dataset.digits(30, seed: 7), Dataset.digits(90, seed: 7))
        #expect(long.items.prefix(short.items.count).elementsEqual(short.items))
        #expect(long.labels?.prefix(30).elementsEqual(short.labels ?? []) == true)
        #expect(long.factors.prefix(short.factors.count).elementsEqual(short.factors))
    }
}
