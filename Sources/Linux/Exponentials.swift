import Glibc

/// The exponent of two. See log2(3).
package func binaryLogarithm(_ value: Double) -> Double { log2(value) }

/// Ten to the power of `exponent`. See pow(3).
package func powerOfTen(_ exponent: Double) -> Double { pow(10, exponent) }
