// StaticFiles: the page and its assets, read once at start-up and served from memory.
//
// Immutable once loaded; any thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/http.h"

namespace rookery::api {

class StaticFiles {
 public:
  // Everything below `directory`, with what was compressed beforehand beside it ("app.js.br", "app.js.gz"). An empty name, or a
  // directory that is not there, gives a set that answers one page saying so. Blocks. At most kBytesMax in all.
  static Result<StaticFiles> load(const std::string& directory);
  static constexpr std::size_t kBytesMax = 64 * 1024 * 1024;

  // GET and HEAD: the file, compressed as the client takes it; 304 for one that it has; 308 from a folder without its slash to the
  // one with it. A path without a file that asks for a page gets the start page: the page has its own routes. Below /docs/ it gets
  // docs/404.html with 404. The rest is 404 or 405.
  net::HttpResponse answer(const net::HttpRequest& request, const std::vector<std::string>& segments) const;

  std::size_t size() const { return files_.size(); }

 private:
  using Bytes = std::shared_ptr<const std::string>;
  struct File {
    Bytes plain, brotli, gzip;
    std::string content_type;
    std::string etag;
  };
  net::HttpResponse answer_file(const net::HttpRequest& request, std::string_view path, const File& file) const;

  std::map<std::string, File, std::less<>> files_;  // "/index.html"
};

}  // namespace rookery::api
