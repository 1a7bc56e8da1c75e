# store/migrations/NNNN_name.sql into one C file: the list that store/migrate.h promises. Run by
# cmake -P with SOURCES (a list) and OUTPUT; included by the top, it makes that a build step.

if(CMAKE_SCRIPT_MODE_FILE)
  set(texts "")
  set(rows "")
  string(REPLACE "|" ";" SOURCES "${SOURCES}")
  foreach(source ${SOURCES})
    get_filename_component(name ${source} NAME_WE)
    string(REGEX MATCH "^[0-9]+" digits ${name})
    string(REGEX REPLACE "^0+" "" version ${digits})
    file(READ ${source} bytes HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
    string(APPEND texts "static const char sql_${digits}[] = {${bytes}0};\n")
    string(APPEND rows "    {${version}, \"${name}\", sql_${digits}},\n")
  endforeach()
  file(WRITE ${OUTPUT} "#include \"store/migrate.h\"\n\n${texts}\nstatic const struct migration list[] = {\n${rows}};\n
const struct migration *migrate_list(size_t *ret_count)
{
    *ret_count = sizeof list / sizeof list[0];
    return list;
}
")
  return()
endif()

file(GLOB migrations CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/store/migrations/*.sql)
list(SORT migrations)
list(JOIN migrations "|" joined)
set(embedded ${CMAKE_BINARY_DIR}/generated/migrate_list.c)
add_custom_command(
  OUTPUT ${embedded}
  COMMAND ${CMAKE_COMMAND} -D SOURCES=${joined} -D OUTPUT=${embedded}
          -P ${CMAKE_SOURCE_DIR}/cmake/migrations.cmake
  DEPENDS ${migrations} ${CMAKE_SOURCE_DIR}/cmake/migrations.cmake
  COMMENT "Embedding the migrations" VERBATIM)
target_sources(filamentd_store PRIVATE ${embedded})
