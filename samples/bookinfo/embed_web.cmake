# cmake -DOUT=web_data.cc -P embed_web.cmake: writes every file of web/ into one table of string
# literals (WebFile in web_files.h), so that the program is a single file. Text files only.
set(web ${CMAKE_CURRENT_LIST_DIR}/web)
file(GLOB_RECURSE files RELATIVE ${web} ${web}/*)
list(SORT files)
set(types_css "text/css; charset=utf-8")
set(types_html "text/html; charset=utf-8")
set(types_svg "image/svg+xml")

file(WRITE ${OUT}.new "// Written by embed_web.cmake from samples/bookinfo/web/.\n"
  "#include <span>\n\n#include \"samples/bookinfo/web_files.h\"\n\n"
  "namespace bookinfo {\nnamespace {\n\nconstexpr WebFile kFiles[] = {\n")
foreach(file IN LISTS files)
  get_filename_component(extension ${file} LAST_EXT)
  string(SUBSTRING ${extension} 1 -1 extension)
  if(NOT DEFINED types_${extension})
    message(FATAL_ERROR "web/${file}: no content type for .${extension}; add it to embed_web.cmake")
  endif()
  file(READ ${web}/${file} content)
  file(APPEND ${OUT}.new "    {\"${file}\", \"${types_${extension}}\",\n     R\"web(")
  file(APPEND ${OUT}.new "${content}")
  file(APPEND ${OUT}.new ")web\"},\n")
endforeach()
file(APPEND ${OUT}.new "};\n\n}  // namespace\n\n"
  "extern const std::span<const WebFile> kWebFiles;\n"
  "const std::span<const WebFile> kWebFiles = kFiles;\n\n}  // namespace bookinfo\n")
file(RENAME ${OUT}.new ${OUT})
