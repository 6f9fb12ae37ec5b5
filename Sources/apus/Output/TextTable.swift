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
    var text: String {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(Self.minimumWidth) }
                widths[column] = max(widths[column], cell.unicodeScalars.count + Self.gap)
            }
        }
        var text = ""
        for row in rows {
            for (column, cell) in row.enumerated() {
                text += cell
                if column < row.count - 1 {
                    text += String(repeating: " ", count: widths[column] - cell.unicodeScalars.count)
                }
            }
            text += "\n"
        }
        return text
    }
}
