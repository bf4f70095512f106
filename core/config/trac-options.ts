/**
 * What Trac 1.6 itself reads, by section: names apart by blanks, `name.*` for a family, `*` for a section of free names.
 * A brought trac.ini has hundreds of these; they are no typing slips, whether or not something here reads them.
 */
const TABLE: Readonly<Record<string, string>> = {
  attachment: 'max_size max_zip_size render_unsafe_content',
  authz_policy: 'authz_file',
  browser:
    'color_scale downloadable_paths hide_properties intermediate_color intermediate_point newest_color oldest_color oneliner_properties render_unsafe_content wiki_properties',
  changeset: 'max_diff_bytes max_diff_files wiki_format_messages',
  components: '*',
  'extra-permissions': '*',
  git: '*',
  'gitweb-repositories': '*',
  header_logo: 'alt height link src width',
  'http-headers': '*',
  inherit: 'file htdocs_dir plugins_dir templates_dir',
  intertrac: '*',
  interwiki: '*',
  logging: 'log_file log_format log_level log_type',
  mainnav: '*',
  metanav: '*',
  milestone: 'default_group_by default_retarget_to stats_provider',
  'milestone-groups': '*',
  mimeviewer:
    'enscript_modes enscript_path max_preview_size mime_map mime_map_patterns php_path pygments_default_style pygments_modes tab_width treat_as_binary',
  notification:
    'admit_domains ambiguous_char_width batch_subject_template default_format.* email_address_resolvers email_sender ignore_domains message_id_hash mime_encoding sendmail_path smtp_always_bcc smtp_always_cc smtp_default_domain smtp_enabled smtp_from smtp_from_author smtp_from_name smtp_password smtp_port smtp_replyto smtp_server smtp_subject_prefix smtp_user ticket_subject_template use_public_cc use_short_addr use_tls',
  'notification-subscriber': '*',
  project: 'admin admin_trac_url descr footer icon name url',
  query: 'default_anonymous_query default_query items_per_page ticketlink_query',
  report: 'items_per_page items_per_page_rss',
  repositories: '*',
  revisionlog: 'default_log_limit graph_colors',
  roadmap: 'stats_provider',
  search: 'default_disabled_filters min_query_length',
  sqlite: 'extensions',
  svn: 'authz_file authz_module_name branches eol_style tags',
  ticket:
    'allowed_empty_fields commit_ticket_update_check_perms commit_ticket_update_commands.* commit_ticket_update_envelope commit_ticket_update_notify default_cc default_component default_description default_keywords default_milestone default_owner default_priority default_resolution default_severity default_summary default_type default_version max_comment_size max_description_size max_summary_size preserve_newlines restrict_owner workflow',
  'ticket-custom': '*',
  'ticket-workflow': '*',
  timeline:
    'abbreviated_messages changeset_collapse_events changeset_long_messages changeset_show_files default_daysback max_daysback newticket_formatter ticket_show_component ticket_show_details',
  trac: 'anonymous_session_lifetime auth_cookie_domain auth_cookie_lifetime auth_cookie_path auto_preview_timeout auto_reload backup_dir base_url check_auth_ip database debug_sql default_charset default_date_format default_dateinfo_format default_handler default_language default_timezone genshi_cache_size htdocs_location ignore_auth_case jquery_location jquery_ui_location jquery_ui_theme_location mainnav metanav mysqldump_path never_obfuscate_mailto permission_policies permission_store pg_dump_path repository_dir repository_sync_per_request repository_type request_filters resizable_textareas secure_cookies show_email_addresses show_full_names show_ip_addresses timeout use_base_url_for_redirect use_chunked_encoding use_xsendfile wiki_toolbars xsendfile_header',
  versioncontrol: 'allowed_repository_dir_prefixes default_repository_type',
  wiki: 'default_edit_area_height ignore_missing_pages max_size render_unsafe_content safe_origins safe_schemes split_page_names',
};

/** Trac's sections with the names it reads in each. */
export const TRAC_OPTIONS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(TABLE).map(([section, names]) => [section, names.split(' ')]),
);

/** True when Trac reads an option of this name (lower case) in this section. */
export function isTracOption(section: string, name: string): boolean {
  const names = TRAC_OPTIONS.get(section) ?? [];
  return names.some((known) => known === name || (known.endsWith('*') && name.startsWith(known.slice(0, -1))));
}
