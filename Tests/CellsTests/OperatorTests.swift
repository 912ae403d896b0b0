import Testing

@Suite("Cells: operators")
struct OperatorTests {
    @Test func precedence() {
        expect([
            "1 + 2 * 3": "7", "(1 + 2) * 3": "9", "-2^2": "-4", "(-2)^2": "4", "2^3^2": "512", "2^-1": "0.5", "2**3": "8",
            "10 - 4 - 3": "3", "16 / 4 / 2": "2", "2 * 3^2": "18", "-3 + 5": "2", "2 - -3": "5", "--2": "2", "-2 * -3": "6",
            "1 + 2 == 3": "true", "1 < 2 and 2 < 3": "true", "true or false and false": "true", "(true or false) and false": "false",
            "not true or true": "true", "not (true or true)": "false", "not 1 == 2": "true", "1 + 1 < 2 * 2": "true", "2 * -1": "-2",
            "6 / 2 * 3": "9", "1 - 2 + 3": "2", "2^2 * 3": "12", "-[1, 2][0]": "-1", "-abs(-3)": "-3", "2^abs(-2)": "4",
            "[1, 2] @ [3, 4] + 1": "12", "2 * [1, 2] @ [3, 4]": "22", "1e3": "1000", "1_000 + 1": "1001", ".5": "0.5", "π == pi": "true",
        ])
    }

    @Test func broadcasting() {
        expect([
            "[1, 2, 3] + 1": #"{"shape": [3], "data": [2, 3, 4]}"#,
            "1 - [1, 2, 3]": #"{"shape": [3], "data": [0, -1, -2]}"#,
            "[[1, 2], [3, 4]] * [10, 100]": #"{"shape": [2, 2], "data": [10, 200, 30, 400]}"#,
            "[[1], [2]] + [10, 20, 30]": #"{"shape": [2, 3], "data": [11, 21, 31, 12, 22, 32]}"#,
            "[[1, 2], [3, 4]] / 2": #"{"shape": [2, 2], "data": [0.5, 1, 1.5, 2]}"#,
            "2^[1, 2, 3]": #"{"shape": [3], "data": [2, 4, 8]}"#,
            "[1, 2]^[2, 3]": #"{"shape": [2], "data": [1, 8]}"#,
            "ones(2, 1, 3) + ones(4, 1)": #"{"shape": [2, 4, 3], "data": [\#(Array(repeating: "2", count: 24).joined(separator: ", "))]}"#,
            "[] + 1": #"{"shape": [0], "data": []}"#,
            "true + true": "2", "[1, 2] * true": #"{"shape": [2], "data": [1, 2]}"#,
        ])
    }

    @Test func matrixProducts() {
        expect([
            "[[1, 2], [3, 4]] @ [5, 6]": #"{"shape": [2], "data": [17, 39]}"#,
            "[5, 6] @ [[1, 2], [3, 4]]": #"{"shape": [2], "data": [23, 34]}"#,
            "[1, 2, 3] @ [4, 5, 6]": "32",
            "[[1, 2]] @ [[3], [4]]": #"{"shape": [1, 1], "data": [11]}"#,
            "[[1, 2], [3, 4]] @ [[0, 1], [1, 0]]": #"{"shape": [2, 2], "data": [2, 1, 4, 3]}"#,
            "zeros(2, 0) @ zeros(0, 2)": #"{"shape": [2, 2], "data": [0, 0, 0, 0]}"#,
        ])
        expectTrue(["max(abs(ones(100000, 1) @ ones(1, 1) - 1)) == 0"])
    }

    @Test func comparisons() {
        expect([
            "1 < 2": "true", "2 <= 2": "true", "3 > 4": "false", "3 >= 4": "false", "3 != 4": "true", "3 == 3": "true",
            "nan == nan": "false", "nan != nan": "true", "inf == inf": "true", "1 < inf": "true",
            "[1, 2, 3] > 2": #"{"shape": [3], "data": [0, 0, 1]}"#,
            "[1, 2] == [1, 3]": #"{"shape": [2], "data": [1, 0]}"#,
            "\"a\" == \"a\"": "true", "\"a\" != \"b\"": "true", "\"a\" == 1": "false", "true == true": "true", "true == 1": "true",
            "[\"a\", 1] == [\"a\", 1]": "true", "[\"a\", 1] == [\"a\", 2]": "false", "[\"a\"] != [\"a\", 1]": "true",
            "1 ~= 1 + 1e-10": "true", "1 ~= 1 + 1e-8": "false", "1 ≈ 1": "true", "nan ~= nan": "false", "inf ~= inf": "true",
            "inf ~= -inf": "false", "1e300 ~= inf": "false", "[1, 2] ~= [1, 2]": "true", "[1, 2] ~= 1": "false", "[1, 1] ~= 1": "true",
        ])
    }

    @Test func logic() {
        expect([
            "true and true": "true", "true and false": "false", "false or true": "true", "not false": "true", "1 and 2": "true", "0 or 0": "false",
            // What decides stops the rest.
            "false and nowhere": "false", "true or nowhere": "true", "1 < 2 and 2 < 3 and 3 < 3": "false",
            "not not true": "true", "true and not false": "true",
        ])
    }

    @Test func infinitiesAndNaN() {
        expect([
            "1 / 0": #""inf""#, "-1 / 0": #""-inf""#, "0 / 0": #""nan""#, "inf - inf": #""nan""#, "0 * inf": #""nan""#, "-inf": #""-inf""#,
            "[1, inf, nan]": #"{"shape": [3], "data": [1, "inf", "nan"]}"#, "log(-1)": #""nan""#, "log(0)": #""-inf""#, "exp(1000)": #""inf""#,
            "exp(-1000)": "0", "0^0": "1", "inf^0": "1", "(-8)^(1/3)": #""nan""#, "sqrt(-1)": #""nan""#, "-0 == 0": "true", "5e-324 > 0": "true", "1e308 * 10": #""inf""#,
        ])
    }

    @Test func allDigits() {
        expect([
            "0.1 + 0.2": "0.30000000000000004", "1 / 3": "0.3333333333333333", "2^53": "9007199254740992.0", "2^53 - 1": "9007199254740991.0", "1e21": "1e+21", "1e-7": "1e-07",
            "pi": "3.141592653589793", "123456789.125": "123456789.125", "-0.0": "-0.0", "1e15": "1000000000000000.0", "999999999999999": "999999999999999", "[0.1]": #"{"shape": [1], "data": [0.1]}"#,
        ])
    }
}
