/// Filling memory. Element `index + i` of a fill is the same whatever the piece in which it is drawn: the methods
/// with `from:` draw one piece of the fill that starts at the stream's position and leave that position alone; the
/// mutating ones fill a whole buffer and move on past it.
extension RandomStream {
    // MARK: Double, one word a number: the same numbers as so many single draws

    /// Uniform on [0, 1).
    public mutating func fillUniform(_ buffer: UnsafeMutableBufferPointer<Double>) {
        fillUniform(buffer, from: 0)
        position &+= UInt64(buffer.count)
    }

    public func fillUniform(_ buffer: UnsafeMutableBufferPointer<Double>, from index: Int) {
        fill(buffer, from: index) { UniformWord.halfOpen($0) }
    }

    /// Standard normal.
    public mutating func fillNormal(_ buffer: UnsafeMutableBufferPointer<Double>) {
        fillNormal(buffer, from: 0)
        position &+= UInt64(buffer.count)
    }

    public func fillNormal(_ buffer: UnsafeMutableBufferPointer<Double>, from index: Int) {
        fill(buffer, from: index) { UniformWord.normal($0) }
    }

    @inline(__always)
    private func fill(_ buffer: UnsafeMutableBufferPointer<Double>, from index: Int, _ number: (UInt64) -> Double) {
        let first = position &+ UInt64(index)
        var done = 0
        while done < buffer.count {
            let place = first &+ UInt64(done)
            let (low, high) = sixteenWords(group: place >> 4)
            let start = Int(place & 15)
            let end = min(16, start + buffer.count - done)
            for lane in start..<end {
                buffer[done + lane - start] = number(lane < 8 ? low[lane] : high[lane - 8])
            }
            done += end - start
        }
    }

    /// Words `16 group ..< 16 group + 16`.
    @inline(__always)
    private func sixteenWords(group: UInt64) -> (low: Philox.Lanes, high: Philox.Lanes) {
        let (c0, c1, c2, c3) = Philox.eightBlocks(first: group << 3, high: counterHigh, key: key)
        let half = Philox.Lanes(repeating: 32)
        return (c0 | (c1 &<< half), c2 | (c3 &<< half))
    }

    // MARK: Float, two numbers a word, 32 a group of 16 words

    /// Uniform on [0, 1), with 24 random bits. Fills of Float begin at the next multiple of 16 words.
    public mutating func fillUniform(_ buffer: UnsafeMutableBufferPointer<Float>) {
        fillUniform(buffer, from: 0)
        advance(pastFloats: buffer.count)
    }

    public func fillUniform(_ buffer: UnsafeMutableBufferPointer<Float>, from index: Int) {
        fill(buffer, from: index) { FloatKernel.uniforms($0, $1) }
    }

    /// Standard normal by Box and Muller, vectorised, for training: values reach 6.7σ.
    public mutating func fillNormal(_ buffer: UnsafeMutableBufferPointer<Float>) {
        fillNormal(buffer, from: 0)
        advance(pastFloats: buffer.count)
    }

    public func fillNormal(_ buffer: UnsafeMutableBufferPointer<Float>, from index: Int) {
        fill(buffer, from: index) { FloatKernel.normals($0, $1) }
    }

    private var firstGroup: UInt64 { (position &+ 15) >> 4 }

    private mutating func advance(pastFloats count: Int) {
        guard count > 0 else { return }
        position = (firstGroup &+ UInt64((count + 31) / 32)) << 4
    }

    @inline(__always)
    private func fill(
        _ buffer: UnsafeMutableBufferPointer<Float>, from index: Int,
        _ kernel: (SIMD16<UInt32>, SIMD16<UInt32>) -> (SIMD16<Float>, SIMD16<Float>)
    ) {
        guard let base = buffer.baseAddress, !buffer.isEmpty else { return }
        var (group, start, done) = (firstGroup &+ UInt64(index / 32), index % 32, 0)
        while done < buffer.count {
            let (c0, c1, c2, c3) = Philox.eightBlocks(first: group << 3, high: counterHigh, key: key)
            let half = Philox.Lanes(repeating: 32)
            let (low, high) = kernel(
                unsafeBitCast(c0 | (c2 &<< half), to: SIMD16<UInt32>.self), unsafeBitCast(c1 | (c3 &<< half), to: SIMD16<UInt32>.self))
            if start == 0, done + 32 <= buffer.count {
                let target = UnsafeMutableRawPointer(base + done)
                target.storeBytes(of: low, as: SIMD16<Float>.self)
                target.storeBytes(of: high, toByteOffset: 64, as: SIMD16<Float>.self)
                done += 32
            } else {
                let end = min(32, start + buffer.count - done)
                for lane in start..<end { base[done + lane - start] = lane < 16 ? low[lane] : high[lane - 16] }
                done += end - start
            }
            start = 0
            group &+= 1
        }
    }
}
