import ByteStrings

/// Rows of cells in columns, laid out as `list` does: at least twelve wide, at least three blanks between them.
struct TextTable {
    private static let minimumWidth = 12
    private static let gap = 3

    /// The bytes of all cells, one cell behind the other, and where each ends.
    private var bytes: [UInt8] = []
    private var cells: [(end: Int, width: Int)] = []
    private var widths: [Int]
    /// The column of the next cell.
    private var column = 0

    /// Starts a table with its headings.
    init(headings: [String]) {
        widths = [Int](repeating: Self.minimumWidth, count: headings.count)
        append(headings)
    }

    /// Adds a row with a cell for each heading.
    mutating func append(_ row: [String]) {
        for cell in row { append(cell) }
    }

    /// Adds the next cell of a row.
    mutating func append(_ cell: String) {
        var cell = cell
        let start = bytes.count
        cell.withUTF8 { bytes.append(contentsOf: $0) }
        endCell(from: start)
    }

    /// Adds the next cell of a row, a path as people read it.
    mutating func append(_ cell: Path) {
        guard cell.bytes.isASCII else { return append(cell.text) }
        let start = bytes.count
        bytes.append(contentsOf: cell.bytes[0..<cell.bytes.count])
        endCell(from: start)
    }

    private mutating func endCell(from start: Int) {
        // The number of scalars: in UTF-8 each begins with a byte that continues none.
        var width = 0
        for index in start..<bytes.count where bytes[index] & 0xC0 != 0x80 { width &+= 1 }
        cells.append((end: bytes.count, width: width))
        if widths[column] < width + Self.gap { widths[column] = width + Self.gap }
        column = column + 1 == widths.count ? 0 : column + 1
    }

    /// The rows as lines. The last column is not padded.
    var text: [UInt8] {
        // Blanks everywhere, and then the cells in their places.
        var count = bytes.count + cells.count / widths.count
        forEachCell { (_, width, column) in
            if column + 1 < widths.count { count += widths[column] - width }
        }
        var text = [UInt8](repeating: UInt8(ascii: " "), count: count)
        var place = 0
        text.withUnsafeMutableBytes { text in
            bytes.withUnsafeBytes { bytes in
                forEachCell { (cell, width, column) in
                    let end = place + cell.count
                    UnsafeMutableRawBufferPointer(rebasing: text[place..<end])
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[cell]))
                    place = end
                    if column + 1 < widths.count {
                        place += widths[column] - width
                    } else {
                        text[place] = UInt8(ascii: "\n")
                        place += 1
                    }
                }
            }
        }
        return text
    }

    private func forEachCell(_ body: (_ cell: Range<Int>, _ width: Int, _ column: Int) -> Void) {
        var start = 0
        var column = 0
        for cell in cells {
            body(start..<cell.end, cell.width, column)
            start = cell.end
            column = column + 1 == widths.count ? 0 : column + 1
        }
    }
}
