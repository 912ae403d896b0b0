/// How a symbol behaves among its neighbours, after TeX's atom classes.
public enum MathKind: Sendable {
    case ordinary, binary, relation, largeOperator, integral, open, close, punctuation
}

/// One sign in its three forms: for a Unicode screen, for an ASCII screen, and read aloud.
public struct MathSymbol: Hashable, Sendable {
    public var unicode: String
    public var ascii: String
    public var words: String
    public var kind: MathKind

    public init(unicode: String, ascii: String, words: String, kind: MathKind = .ordinary) {
        self.unicode = unicode
        self.ascii = ascii
        self.words = words
        self.kind = kind
    }

    /// A letter, a number or any sign that is the same in all three forms.
    public init(_ text: String, kind: MathKind = .ordinary) {
        self.init(unicode: text, ascii: text, words: text, kind: kind)
    }

    /// The symbol of a command, by its name without the backslash.
    public static func command(_ name: String) -> MathSymbol? { table.commands[name] }

    /// The symbol that a character stands for in math: `-` is a minus, `μ` is `\mu`.
    public static func character(_ character: Character) -> MathSymbol {
        table.characters[character] ?? MathSymbol(String(character))
    }

    // MARK: The table

    private static let table: (commands: [String: MathSymbol], characters: [Character: MathSymbol]) = {
        var commands: [String: MathSymbol] = [:]
        var characters: [Character: MathSymbol] = [:]
        for line in rows.split(separator: "\n") {
            let fields = line.split(separator: " ")
            let kind: MathKind = switch fields[3] {
            case "b": .binary
            case "r": .relation
            case "L": .largeOperator
            case "I": .integral
            case "(": .open
            case ")": .close
            case ",": .punctuation
            default: .ordinary
            }
            let symbol = MathSymbol(unicode: String(fields[1]), ascii: String(fields[2]),
                                    words: fields.count > 4 ? fields[4...].joined(separator: " ") : String(fields[0]), kind: kind)
            for name in fields[0].split(separator: "|", omittingEmptySubsequences: false) where !name.isEmpty {
                commands[String(name)] = symbol
            }
            let sign = Character(symbol.unicode)
            if characters[sign] == nil { characters[sign] = symbol }
        }
        commands["|"] = commands["Vert"]
        characters["-"] = commands["-"]
        characters["*"] = commands["ast"]
        return (commands, characters)
    }()

    /// Names (several are parted by a bar; none: only the character), Unicode, ASCII, kind, words.
    private static let rows = """
        alpha α alpha o
        beta β beta o
        gamma γ gamma o
        delta δ delta o
        epsilon|varepsilon ε eps o epsilon
        zeta ζ zeta o
        eta η eta o
        theta θ theta o
        vartheta ϑ theta o theta
        iota ι iota o
        kappa κ kappa o
        lambda λ lambda o
        mu μ mu o
        nu ν nu o
        xi ξ xi o
        pi π pi o
        varpi ϖ pi o pi
        rho|varrho ρ rho o rho
        sigma σ sigma o
        varsigma ς sigma o sigma
        tau τ tau o
        upsilon υ upsilon o
        phi|varphi φ phi o phi
        chi χ chi o
        psi ψ psi o
        omega ω omega o
        Gamma Γ Gamma o capital gamma
        Delta Δ Delta o delta
        Theta Θ Theta o capital theta
        Lambda Λ Lambda o capital lambda
        Xi Ξ Xi o capital xi
        Pi Π Pi o capital pi
        Sigma Σ Sigma o capital sigma
        Upsilon Υ Upsilon o capital upsilon
        Phi Φ Phi o capital phi
        Psi Ψ Psi o capital psi
        Omega Ω Omega o capital omega
        partial ∂ d o partial
        nabla ∇ grad o the gradient
        infty ∞ inf o infinity
        ell ℓ l o l
        hbar ℏ hbar o h bar
        Re ℜ Re o the real part
        Im ℑ Im o the imaginary part
        emptyset|varnothing ∅ {} o the empty set
        forall ∀ forall o for all
        exists ∃ exists o there is
        neg|lnot ¬ not o not
        top ⊤ T o transposed
        bot ⊥ _|_ o bottom
        prime ′ ' o prime
        degree ° deg o degrees
        ldots|dots … ... o and so on
        cdots ⋯ ... o and so on
        vdots ⋮ : o and so on
        ddots ⋱ ... o and so on
        dagger † + b dagger
        checkmark ✓ ok o check
        + + + b plus
        - − - b minus
        pm ± +- b plus or minus
        mp ∓ -+ b minus or plus
        times × x b times
        div ÷ / b divided by
        cdot · * b times
        ast|* ∗ * b times
        star ⋆ * b star
        circ ∘ o b after
        bullet • * b dot
        odot ⊙ (*) b times, element by element,
        oplus ⊕ (+) b plus, element by element,
        otimes ⊗ (x) b tensor
        cup ∪ u b union
        cap ∩ n b intersection
        setminus ∖ \\ b without
        wedge|land ∧ and b and
        vee|lor ∨ or b or
        = = = r equals
        < < < r is less than
        > > > r is greater than
        lt < < r is less than
        gt > > r is greater than
        le|leq|leqslant ≤ <= r is at most
        ge|geq|geqslant ≥ >= r is at least
        ne|neq ≠ != r is not equal to
        ll ≪ << r is much less than
        gg ≫ >> r is much greater than
        approx ≈ ~= r is about
        sim ∼ ~ r is distributed as
        simeq ≃ ~= r is about
        cong ≅ ~= r is congruent to
        equiv ≡ == r is identical to
        propto ∝ prop.to r is proportional to
        coloneqq|coloneq|defeq ≔ := r is defined as
        triangleq ≜ := r is defined as
        doteq ≐ .= r equals
        perp ⊥ _|_ r is independent of
        in ∈ in r in
        notin ∉ not-in r not in
        ni ∋ contains r contains
        subset ⊂ subset-of r is a subset of
        subseteq ⊆ subset-of r is a subset of
        supset ⊃ superset-of r contains
        supseteq ⊇ superset-of r contains
        prec ≺ < r comes before
        succ ≻ > r comes after
        preceq ⪯ <= r is at most
        succeq ⪰ >= r is at least
        mid ∣ | r given
        parallel ∥ || r from
        models ⊨ |= r models
        vdash ⊢ |- r proves
        to|rightarrow → -> r to
        gets|leftarrow ← <- r is set to
        longrightarrow ⟶ --> r to
        longleftarrow ⟵ <-- r from
        leftrightarrow ↔ <-> r goes both ways with
        Rightarrow|implies ⇒ => r implies
        Leftarrow|impliedby ⇐ <== r follows from
        Leftrightarrow|iff ⇔ <=> r if and only if
        mapsto ↦ |-> r maps to
        uparrow ↑ up r up
        downarrow ↓ down r down
        nearrow ↗ up r rising
        searrow ↘ down r falling
        hookrightarrow ↪ -> r into
        rightsquigarrow|leadsto ⇝ ~> r leads to
        sum ∑ sum L the sum
        prod ∏ prod L the product
        coprod ∐ coprod L the coproduct
        bigcup ⋃ union L the union
        bigcap ⋂ intersection L the intersection
        bigoplus ⨁ (+) L the direct sum
        bigotimes ⨂ (x) L the tensor product
        int ∫ int I the integral
        iint ∬ int I the double integral
        iiint ∭ int I the triple integral
        oint ∮ int I the contour integral
        ( ( ( ( open parenthesis
        ) ) ) ) close parenthesis
        lbrack [ [ ( open bracket
        rbrack ] ] ) close bracket
        lbrace|{ { { ( open brace
        rbrace|} } } ) close brace
        langle ⟨ < ( open angle bracket
        rangle ⟩ > ) close angle bracket
        lfloor ⌊ floor( ( the floor of
        rfloor ⌋ ) ) end floor
        lceil ⌈ ceil( ( the ceiling of
        rceil ⌉ ) ) end ceiling
        vert | | o given
        Vert ‖ || o from
        lvert | | ( the absolute value of
        rvert | | ) end absolute value
        lVert ‖ || ( the norm of
        rVert ‖ || ) end norm
        backslash \\ \\ o backslash
        , , , , comma
        ; ; ; , semicolon
        colon : : , colon
        ! ! ! ) factorial
        ? ? ? ) ?
        / / / o over
        % % % o percent
        $ $ $ o dollar
        & & & o and
        # # # o number
        _ _ _ o _
        """
}

/// The alphabets of `\mathbb` and its kin, in Unicode's block of mathematical letters.
public enum MathAlphabet: Sendable {
    case blackboard, calligraphic, bold, roman

    /// Unicode has some of these letters in an older block, out of the row.
    private static let early: [MathAlphabet: [Character: String]] = [
        .blackboard: ["C": "ℂ", "H": "ℍ", "N": "ℕ", "P": "ℙ", "Q": "ℚ", "R": "ℝ", "Z": "ℤ"],
        .calligraphic: ["B": "ℬ", "E": "ℰ", "F": "ℱ", "H": "ℋ", "I": "ℐ", "L": "ℒ", "M": "ℳ", "R": "ℛ", "e": "ℯ", "g": "ℊ", "o": "ℴ"],
    ]

    public func letter(_ symbol: MathSymbol) -> MathSymbol {
        guard self != .roman, symbol.unicode.count == 1, let character = symbol.unicode.first,
              let scalar = symbol.unicode.unicodeScalars.first, symbol.unicode.unicodeScalars.count == 1 else { return symbol }
        var result = symbol
        if self == .bold { result.words = "bold " + symbol.words }
        if let early = Self.early[self]?[character] {
            result.unicode = early
            return result
        }
        // First letters of each alphabet: capitals, small letters, digits, Greek capitals, Greek small letters.
        let start: [UInt32?] = switch self {
        case .blackboard: [0x1D538, 0x1D552, 0x1D7D8, nil, nil]
        case .calligraphic: [0x1D49C, 0x1D4B6, nil, nil, nil]
        case .bold, .roman: [0x1D400, 0x1D41A, 0x1D7CE, 0x1D6A8, 0x1D6C2]
        }
        let (row, offset): (Int, UInt32) = switch scalar.value {
        case 0x41...0x5A: (0, scalar.value - 0x41)
        case 0x61...0x7A: (1, scalar.value - 0x61)
        case 0x30...0x39: (2, scalar.value - 0x30)
        case 0x391...0x3A9: (3, scalar.value - 0x391)
        case 0x3B1...0x3C9: (4, scalar.value - 0x3B1)
        default: (0, UInt32.max)
        }
        guard offset != .max, let first = start[row], let letter = Unicode.Scalar(first + offset) else { return symbol }
        result.unicode = String(Character(letter))
        return result
    }
}
