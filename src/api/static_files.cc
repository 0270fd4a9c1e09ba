#include "api/static_files.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/hash.h"

namespace rookery::api {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStartPage = "/index.html";
constexpr std::string_view kDocs = "/docs/";
constexpr std::string_view kNoSuchDocument = "/docs/404.html";
// Strict: the page and the documents bring everything themselves. Swagger UI styles its own elements.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; manifest-src 'self'; worker-src "
    "'self'; "
    "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types rookery";
constexpr std::string_view kDocsPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types docs";
constexpr std::string_view kApiReaderPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kContentTypes = {{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
    {".map", "application/json"},
    {".yaml", "application/yaml"},
    {".md", "text/markdown; charset=utf-8"},
}};

std::string_view content_type_of(std::string_view path) {
  for (const auto& [ending, type] : kContentTypes) {
    if (path.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

std::string_view policy_of(std::string_view path) {
  if (path.starts_with("/docs/api/")) return kApiReaderPolicy;
  return path.starts_with(kDocs) ? kDocsPolicy : kPolicy;
}

net::HttpResponse moved(const std::string& path) {
  net::HttpResponse response;
  response.status = 308;
  response.headers.set("Location", path);
  return response;
}

// Names with a hash of their content never change what they mean.
bool is_hashed_asset(std::string_view path) { return path.starts_with("/assets/"); }

}  // namespace

Result<StaticFiles> StaticFiles::load(const std::string& directory) {
  StaticFiles files;
  std::error_code error;
  if (directory.empty() || !fs::is_directory(directory, error)) return files;
  std::size_t total = 0;
  for (const auto& entry : fs::recursive_directory_iterator(directory, error)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    auto bytes = std::make_shared<const std::string>(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    total += bytes->size();
    if (!in.good() && !in.eof()) return fail(ErrorCode::kInternal, "cannot read " + entry.path().string());
    if (total > kBytesMax) return fail(ErrorCode::kInternal, "the files of the web directory are too large: " + directory);
    std::string path = "/" + fs::relative(entry.path(), directory).generic_string();
    if (path.ends_with(".br")) {
      files.files_[path.substr(0, path.size() - 3)].brotli = std::move(bytes);
    } else if (path.ends_with(".gz")) {
      files.files_[path.substr(0, path.size() - 3)].gzip = std::move(bytes);
    } else {
      File& file = files.files_[path];
      file.content_type = content_type_of(path);
      file.etag = "\"" + std::to_string(stable_hash(*bytes)) + "\"";
      file.plain = std::move(bytes);
    }
  }
  if (error) return fail(ErrorCode::kInternal, "cannot read the web directory " + directory + ": " + error.message());
  std::erase_if(files.files_, [](const auto& file) { return file.second.plain == nullptr; });
  return files;
}

net::HttpResponse StaticFiles::answer_file(const net::HttpRequest& request, std::string_view path, const File& file) const {
  net::HttpResponse response;
  response.headers.set("Content-Type", file.content_type);
  response.headers.set("ETag", file.etag);
  response.headers.set("Vary", "Accept-Encoding");
  response.headers.set("Cache-Control", is_hashed_asset(path) ? "public, max-age=31536000, immutable" : "no-cache");
  response.headers.set("Content-Security-Policy", policy_of(path));
  response.headers.set("Referrer-Policy", "no-referrer");
  response.headers.set("X-Frame-Options", "DENY");
  response.headers.set("Cross-Origin-Opener-Policy", "same-origin");
  if (request.headers.lists("If-None-Match", file.etag)) {
    response.status = 304;
    return response;
  }
  response.shared_body = file.plain;
  if (file.brotli && request.headers.lists("Accept-Encoding", "br")) {
    response.shared_body = file.brotli;
    response.headers.set("Content-Encoding", "br");
  } else if (file.gzip && request.headers.lists("Accept-Encoding", "gzip")) {
    response.shared_body = file.gzip;
    response.headers.set("Content-Encoding", "gzip");
  }
  return response;
}

net::HttpResponse StaticFiles::answer(const net::HttpRequest& request, const std::vector<std::string>& segments) const {
  if (request.method != "GET" && request.method != "HEAD") {
    net::HttpResponse response = net::HttpResponse::error(Error(ErrorCode::kMethodNotAllowed));
    response.headers.set("Allow", "GET, HEAD");
    return response;
  }
  std::string path;
  for (const std::string& segment : segments) path += "/" + segment;
  auto file = files_.find(path);
  if (file == files_.end() && path.ends_with('/')) file = files_.find(path + "index.html");
  // The addresses in a folder's page are relative to the folder, which has to be what the browser was asked for.
  if (file == files_.end() && !path.empty() && files_.contains(path + "/index.html")) return moved(path + "/");
  if (file == files_.end() && path.starts_with(kDocs)) {
    file = files_.find(kNoSuchDocument);
    if (file == files_.end()) return net::HttpResponse::error(Error(ErrorCode::kUnknownRoute));
    net::HttpResponse response = answer_file(request, file->first, file->second);
    if (response.status == 200) response.status = 404;
    return response;
  }
  const bool page = segments.empty() || segments.back().find('.') == std::string::npos;
  if (file == files_.end() && page && segments.size() <= 3) file = files_.find(kStartPage);
  if (file != files_.end()) return answer_file(request, file->first, file->second);
  if (segments.empty()) {
    return net::HttpResponse::text(200, "Rookery is running. Its page is not built here: `make web` builds it, --web-dir names it.\n");
  }
  return net::HttpResponse::error(Error(ErrorCode::kUnknownRoute));
}

}  // namespace rookery::api
