/// Rows of cells in columns, laid out as `list` does: at least twelve wide, at least three blanks between them.
struct TextTable {
    private static let minimumWidth = 12
    private static let gap = 3

    private var rows: [[String]]

    /// Starts a table with its headings.
    init(headings: [String]) {
        rows = [headings]
    }

    /// Adds a row with a cell for each heading.
    mutating func append(_ cells: [String]) { rows.append(cells) }

    /// The rows as lines. The last column is not padded.
    var text: [UInt8] {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(Self.minimumWidth) }
                widths[column] = max(widths[column], Self.width(of: cell) + Self.gap)
            }
        }
        var text: [UInt8] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                text.append(contentsOf: cell.utf8)
                guard column < row.count - 1 else { continue }
                text.append(
                    contentsOf: repeatElement(UInt8(ascii: " "), count: widths[column] - Self.width(of: cell)))
            }
            text.append(UInt8(ascii: "\n"))
        }
        return text
    }

    /// How many scalars a cell has: in UTF-8 each begins with a byte that continues none.
    private static func width(of cell: String) -> Int { cell.utf8.count { $0 & 0xC0 != 0x80 } }
}
