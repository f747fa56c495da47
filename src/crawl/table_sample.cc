#include "crawl/table_sample.h"

#include <algorithm>

#include "crawl/path_layout.h"

namespace clicklake {
namespace {

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) {
    if (!out.empty()) out += ", ";
    out += text;
  }
  return out;
}

}  // namespace

std::optional<std::string> TableSample::add(const std::string& file, const FileSample& sample) {
  files_.push_back(file);
  auto reason = format_ == FileFormat::kJson  ? add_json(sample)
                : format_ == FileFormat::kCsv ? add_csv(sample)
                                              : add_parquet(sample);
  if (reason) files_.pop_back();
  return reason;
}

std::optional<std::string> TableSample::add_json(const FileSample& sample) {
  const auto known = [&](const ValueTypes::Field& field) {
    return row_.find(field.name) != nullptr || known_type(name_of(field)) != nullptr;
  };
  const auto& fields = sample.row.fields();
  const bool others = !row_.fields().empty() || !known_.columns.empty();
  if (others && !fields.empty() && std::none_of(fields.begin(), fields.end(), known))
    return "has no key in common with the table's other files";
  row_.merge(sample.row, static_cast<std::uint32_t>(files_.size() - 1));
  return std::nullopt;
}

std::optional<std::string> TableSample::add_csv(const FileSample& sample) {
  const auto number = static_cast<std::uint32_t>(files_.size() - 1);
  if (sample.csv.first.empty()) return std::nullopt;
  if (!csv_) {
    csv_.emplace();
    csv_->dialect = sample.csv.dialect;
    csv_->first = sample.csv.first;
    csv_->header = known_.csv_header.value_or(sample.csv.header);
  } else if (sample.csv.dialect.delimiter != csv_->dialect.delimiter) {
    return std::string("its fields are cut by '") + sample.csv.dialect.delimiter +
           "', those of the table's other files by '" + csv_->dialect.delimiter + "'";
  }
  csv_->dialect.quoted |= sample.csv.dialect.quoted;
  const auto names = [](const std::vector<std::string>& first) {
    return csv_column_names(first, true);
  };
  if (csv_->header) {
    const std::vector<std::string> here = names(sample.csv.first);
    const std::vector<std::string> there = names(csv_->first);
    const std::size_t both = std::min(here.size(), there.size());
    if (!std::equal(here.begin(), here.begin() + static_cast<std::ptrdiff_t>(both), there.begin()))
      return "its first line (" + joined(here) +
             ") is not the header of the table's other files (" + joined(there) + ")";
    if (here.size() > there.size()) csv_->first = sample.csv.first;
  } else if (sample.csv.first.size() > csv_->first.size()) {
    csv_->first = sample.csv.first;
  }
  if (sample.csv.columns.size() > csv_->columns.size())
    csv_->columns.resize(sample.csv.columns.size());
  for (std::size_t i = 0; i < sample.csv.columns.size(); ++i)
    csv_->columns[i].merge(sample.csv.columns[i], number);
  if (csv_->header) return std::nullopt;
  for (std::size_t i = 0; i < sample.csv.first.size(); ++i) {
    ValueTypes value;
    value.add(form_of_csv_field(sample.csv.first[i], csv_->dialect));
    csv_->columns[i].merge(value, number);
  }
  return std::nullopt;
}

std::optional<std::string> TableSample::add_parquet(const FileSample& sample) {
  const auto number = static_cast<std::uint32_t>(files_.size() - 1);
  const auto same_name = [](const HiveColumn& column) {
    return [&column](const ParquetColumn& c) { return c.column.name == column.name; };
  };
  if (!parquet_.empty() &&
      std::none_of(sample.columns.begin(), sample.columns.end(), [&](const HiveColumn& column) {
        return std::any_of(parquet_.begin(), parquet_.end(), same_name(column));
      }))
    return "has no column in common with the table's other files";
  for (const HiveColumn& column : sample.columns) {
    const auto it = std::find_if(parquet_.begin(), parquet_.end(), same_name(column));
    if (it == parquet_.end()) {
      parquet_.push_back({column, number, number});
      continue;
    }
    const auto wider = widen(it->column.type, column.type);
    if (!wider) {
      parquet_remarks_.push_back("column " + column.name + " is " + to_string(column.type) +
                                 " in " + file(number) + ", but " + to_string(it->column.type) +
                                 " in other files: it is read as the latter");
    } else if (wider->changes_type || wider->adds_fields) {
      it->column.type = wider->type;
      it->changed = number;
    }
  }
  return std::nullopt;
}

std::string TableSample::name_of(const ValueTypes::Field& field) const {
  for (const auto& [column, key] : known_.mappings) {
    if (lower_case(key) == field.name) return column;
  }
  return is_plain_name(field.name) ? field.name : sanitised_name(field.name);
}

const HiveType* TableSample::known_type(const std::string& name) const {
  const auto it = std::find_if(known_.columns.begin(), known_.columns.end(),
                               [&](const HiveColumn& column) { return column.name == name; });
  return it == known_.columns.end() ? nullptr : &it->type;
}

std::string TableSample::file(std::uint32_t number) const {
  return number < files_.size() ? files_[number] : "";
}

FoundColumn TableSample::found(std::string name, const ValueTypes& types) const {
  const HiveType* const like = known_type(name);
  FoundColumn out;
  out.column = {std::move(name), type_of(types, like), ""};
  out.has_values = types.has_values();
  out.origin = file(types.first_file());
  out.change_origin = like == nullptr ? out.origin : file(first_misfit(types, *like));
  return out;
}

std::vector<FoundColumn> TableSample::columns() const {
  std::vector<FoundColumn> out;
  if (format_ == FileFormat::kJson) {
    for (const ValueTypes::Field& field : row_.fields()) {
      if (field.name.empty()) continue;
      std::string name = name_of(field);
      const auto taken = [&](const std::string& n) {
        return std::any_of(out.begin(), out.end(),
                           [&](const FoundColumn& c) { return c.column.name == n; });
      };
      const std::string base = name;
      for (int n = 2; taken(name); ++n) name = base + "_" + std::to_string(n);
      FoundColumn column = found(name, field.types);
      if (name != field.name) column.key = field.spelled;
      out.push_back(std::move(column));
    }
  } else if (format_ == FileFormat::kParquet) {
    for (const ParquetColumn& column : parquet_)
      out.push_back({column.column, "", true, file(column.first), file(column.changed)});
  } else if (csv_) {
    std::vector<std::string> first = csv_->first;
    const std::size_t named = first.size();
    if (csv_->columns.size() > named) first.resize(csv_->columns.size());
    std::vector<std::string> names = csv_column_names(first, csv_->header);
    for (std::size_t i = named; i < names.size(); ++i) names[i] = "col" + std::to_string(i);
    static const ValueTypes kNothing;
    for (std::size_t i = 0; i < names.size(); ++i) {
      // Columns of delimited text are told apart by their places.
      const std::string& name = i < known_.columns.size() ? known_.columns[i].name : names[i];
      out.push_back(found(name, i < csv_->columns.size() ? csv_->columns[i] : kNothing));
      if (out.back().origin.empty()) out.back().origin = files_.empty() ? "" : files_.front();
    }
  }
  return out;
}

std::vector<std::string> TableSample::remarks() const {
  std::vector<std::string> out = parquet_remarks_;
  for (const ValueTypes::Field& field : row_.fields()) {
    if (field.name.empty()) {
      out.emplace_back("the key \"\" has no name that a column could take: it is left out");
    } else if (!field.other.empty()) {
      out.push_back("the keys \"" + field.spelled + "\" and \"" + field.other +
                    "\" differ by case only: they are one column");
    }
  }
  if (row_.crowded_out() > 0)
    out.push_back("more than " + std::to_string(ValueTypes::kMaxFields) +
                  " keys: those behind them are left out");
  return out;
}

}  // namespace clicklake
