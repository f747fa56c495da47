#pragma once
/// Turns one line of JSON into a Record, or says exactly why it can't.
///
/// Place: between LineReader and everything else: ingest (validate, route), transform (rows).
/// Invariant: never reads past the line's padding, never allocates per record once warm, gives the
/// same answer for the same line always. What is accepted and
///   refused is written in docs/formats/raw.md.
/// Thread safety: thread-compatible; a parser belongs to one thread.
/// Source: RFC 8259 (JSON), RFC 3629 (UTF-8); ADR-0005 (a parser of our own), ADR-0009 (shapes).

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "format/line_form.h"
#include "model/record.h"

namespace clicklake {

enum class ParseOutcome { kRecord, kBlank, kRejected };

struct Rejection {
  RejectReason reason;
  std::string_view field;      ///< valid until the next call
  std::uint64_t position = 0;  ///< byte within the line
};

class LineIndex;
class LineShapes;

class RecordParser {
 public:
  RecordParser();
  ~RecordParser();
  RecordParser(const RecordParser&) = delete;
  RecordParser& operator=(const RecordParser&) = delete;

  /// Parses `line`: the byte behind it must be '\n', and at least kLinePadding bytes from there on
  /// readable. A trailing CR is white space, a BOM at its start is passed over. kRecord: `*record`
  /// is filled, its views valid until the next call and while `line`'s bytes live. kRejected: see
  /// rejection().
  ParseOutcome parse(std::string_view line, Record* record);
  /// Parses the line that begins at `begin` and gives it back (without its '\n', which must be
  /// there). The same answers, without looking for the line's end first.
  ParseOutcome parse_next(const char* begin, std::string_view* line, Record* record);
  const Rejection& rejection() const;

  /// From now on learns into and reads from `shapes`, which several parsers of one thread may share
  /// and which outlives them; the MetadataKeys of the records are theirs. Null: every line is
  /// parsed. Without this call a parser has shapes of its own.
  void use_shapes(LineShapes* shapes);

  /// From now on lines of `index`'s block, while it has one, are read with its help: every line of
  /// it, in order, by parse_next() of this parser or of another that uses it. Null: no index.
  void use_index(LineIndex* index);

  /// From now on form() and noted() tell of the line accepted last. Cost: under 1 % of parsing for
  /// lines that follow a shape.
  void note_values(bool on);
  /// Of the line accepted last; valid until the next call.
  const LineForm& form();
  /// The values of a line that followed no shape, in its order, the metadata object last; none of
  /// one that did. Valid until the next call.
  std::span<const NotedValue> noted();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace clicklake
