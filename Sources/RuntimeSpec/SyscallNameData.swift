// Written by Scripts/generate-syscall-table.py; change that instead.

// Numbers are digits of base 64, the low one first, from "0" on. Being literals, they lie in read-only memory and
// cost nothing until a page of them is read.

enum SyscallNameData {
    /// How many names there are.
    static var count: Int { 508 }

    /// All names in their order, without a separator.
    static var names: StaticString {
        #"""
        _llseek_newselect_sysctlacceptaccept4accessacctadd_keyadjtimexafs_syscallalarmarch_prctlarm_fadvise64_64arm_sy\#
        nc_file_rangeatomic_barrieratomic_cmpxchg_32bdflushbindbpfbreakbreakpointbrkcachectlcacheflushcachestatcapgetc\#
        apsetchdirchmodchownchown32chrootclock_adjtimeclock_adjtime64clock_getresclock_getres_time64clock_gettimeclock\#
        _gettime64clock_nanosleepclock_nanosleep_time64clock_settimeclock_settime64cloneclone3closeclose_rangeconnectc\#
        opy_file_rangecreatcreate_moduledelete_moduledupdup2dup3epoll_createepoll_create1epoll_ctlepoll_ctl_oldepoll_p\#
        waitepoll_pwait2epoll_waitepoll_wait_oldeventfdeventfd2execveexecveatexitexit_groupfaccessatfaccessat2fadvise6\#
        4fadvise64_64fallocatefanotify_initfanotify_markfchdirfchmodfchmodatfchmodat2fchownfchown32fchownatfcntlfcntl6\#
        4fdatasyncfgetxattrfile_getattrfile_setattrfinit_moduleflistxattrflockforkfremovexattrfsconfigfsetxattrfsmount\#
        fsopenfspickfstatfstat64fstatat64fstatfsfstatfs64fsyncftimeftruncateftruncate64futexfutex_requeuefutex_time64f\#
        utex_waitfutex_waitvfutex_wakefutimesatget_kernel_symsget_mempolicyget_robust_listget_thread_areaget_tlsgetcpu\#
        getcwdgetdentsgetdents64getegidgetegid32geteuidgeteuid32getgidgetgid32getgroupsgetgroups32getitimergetpagesize\#
        getpeernamegetpgidgetpgrpgetpidgetpmsggetppidgetprioritygetrandomgetresgidgetresgid32getresuidgetresuid32getrl\#
        imitgetrusagegetsidgetsocknamegetsockoptgettidgettimeofdaygetuidgetuid32getxattrgetxattratgttyidleinit_modulei\#
        notify_add_watchinotify_initinotify_init1inotify_rm_watchio_cancelio_destroyio_geteventsio_pgeteventsio_pgetev\#
        ents_time64io_setupio_submitio_uring_enterio_uring_registerio_uring_setupioctliopermioplioprio_getioprio_setip\#
        ckcmpkexec_file_loadkexec_loadkeyctlkilllandlock_add_rulelandlock_create_rulesetlandlock_restrict_selflchownlc\#
        hown32lgetxattrlinklinkatlistenlistmountlistnslistxattrlistxattratllistxattrlocklookup_dcookielremovexattrlsee\#
        klsetxattrlsm_get_self_attrlsm_list_moduleslsm_set_self_attrlstatlstat64madvisemap_shadow_stackmbindmembarrier\#
        memfd_creatememfd_secretmigrate_pagesmincoremkdirmkdiratmknodmknodatmlockmlock2mlockallmmapmmap2modify_ldtmoun\#
        tmount_setattrmove_mountmove_pagesmprotectmpxmq_getsetattrmq_notifymq_openmq_timedreceivemq_timedreceive_time6\#
        4mq_timedsendmq_timedsend_time64mq_unlinkmremapmsealmsgctlmsggetmsgrcvmsgsndmsyncmultiplexermunlockmunlockallm\#
        unmapname_to_handle_atnanosleepnewfstatatnfsservctlniceoldfstatoldlstatoldoldunameoldstatoldunameopenopen_by_h\#
        andle_atopen_treeopen_tree_attropenatopenat2pausepciconfig_iobasepciconfig_readpciconfig_writeperf_event_openp\#
        ersonalitypidfd_getfdpidfd_openpidfd_send_signalpipepipe2pivot_rootpkey_allocpkey_freepkey_mprotectpollppollpp\#
        oll_time64prctlpread64preadvpreadv2prlimit64process_madviseprocess_mreleaseprocess_vm_readvprocess_vm_writevpr\#
        ofprofilpselect6pselect6_time64ptraceputpmsgpwrite64pwritevpwritev2query_modulequotactlquotactl_fdreadreadahea\#
        dreaddirreadlinkreadlinkatreadvrebootrecvrecvfromrecvmmsgrecvmmsg_time64recvmsgremap_file_pagesremovexattrremo\#
        vexattratrenamerenameatrenameat2request_keyrestart_syscallriscv_flush_icacheriscv_hwprobermdirrseqrseq_slice_y\#
        ieldrt_sigactionrt_sigpendingrt_sigprocmaskrt_sigqueueinfort_sigreturnrt_sigsuspendrt_sigtimedwaitrt_sigtimedw\#
        ait_time64rt_tgsigqueueinfortass390_guarded_storages390_pci_mmio_reads390_pci_mmio_writes390_runtime_instrs390\#
        _sthyisched_get_priority_maxsched_get_priority_minsched_getaffinitysched_getattrsched_getparamsched_getschedul\#
        ersched_rr_get_intervalsched_rr_get_interval_time64sched_setaffinitysched_setattrsched_setparamsched_setschedu\#
        lersched_yieldseccompsecurityselectsemctlsemgetsemopsemtimedopsemtimedop_time64sendsendfilesendfile64sendmmsgs\#
        endmsgsendtoset_mempolicyset_mempolicy_home_nodeset_robust_listset_thread_areaset_tid_addressset_tlssetdomainn\#
        amesetfsgidsetfsgid32setfsuidsetfsuid32setgidsetgid32setgroupssetgroups32sethostnamesetitimersetnssetpgidsetpr\#
        ioritysetregidsetregid32setresgidsetresgid32setresuidsetresuid32setreuidsetreuid32setrlimitsetsidsetsockoptset\#
        timeofdaysetuidsetuid32setxattrsetxattratsgetmaskshmatshmctlshmdtshmgetshutdownsigactionsigaltstacksignalsigna\#
        lfdsignalfd4sigpendingsigprocmasksigreturnsigsuspendsocketsocketcallsocketpairsplicespu_createspu_runssetmasks\#
        tatstat64statfsstatfs64statmountstatxstimesttysubpage_protswapcontextswapoffswaponswitch_endiansymlinksymlinka\#
        tsyncsync_file_rangesync_file_range2syncfssys_debug_setcontextsyscallsysfssysinfosyslogsysmipsteetgkilltimetim\#
        er_createtimer_deletetimer_getoverruntimer_gettimetimer_gettime64timer_settimetimer_settime64timerfdtimerfd_cr\#
        eatetimerfd_gettimetimerfd_gettime64timerfd_settimetimerfd_settime64timestkilltruncatetruncate64tuxcallugetrli\#
        mitulimitumaskumountumount2unameunlinkunlinkatunshareuprobeuretprobeuselibuserfaultfdusr26usr32ustatutimeutime\#
        nsatutimensat_time64utimesvforkvhangupvm86vm86oldvmsplicevserverwait4waitidwaitpidwritewritev
        """#
    }

    /// Where each name starts and the last one ends, three digits each.
    static var offsets: StaticString {
        #"""
        000700A00H00N00U00[00_00f00n00910>10H10X10k10920J20Q20U20X20]20g20j20230<30E30K30Q30V30[30`30g30m30:40I40U40h4\#
        0550D50S50i50660E60J60P60U60`60g60670;70H70U70X70\70`70l70980B80O80Z80f80090>90E90M90S90[90_90i902:0<:0E:0Q:0Z\#
        :0g:04;0:;0@;0H;0Q;0W;0_;0g;0l;03<0<<0E<0Q<0]<0i<03=08=0<=0H=0P=0Y=0`=0f=0l=01>08>0A>0H>0Q>0V>0[>0d>0o>04?0A?0\#
        M?0W?0b?0l?05@0D@0Q@0`@0o@06A0<A0BA0JA0TA0[A0dA0kA04B0:B0BB0KB0VB0_B0jB05C0<C0CC0IC0PC0WC0bC0kC04D0?D0HD0SD0\D\#
        0eD0kD06E0@E0FE0RE0XE0`E0hE02F06F0:F0EF0VF0bF0oF0?G0HG0RG0^G0kG0?H0GH0PH0^H0oH0=I0BI0HI0LI0VI0`I0cI0gI06J0@J0F\#
        J0JJ0[J02K0HK0NK0VK0_K0cK0iK0oK08L0>L0GL0RL0\L0`L0nL0:M0?M0HM0YM0iM0:N0?N0FN0MN0]N0bN0lN08O0DO0QO0XO0]O0dO0iO0\#
        0P05P0;P0CP0GP0LP0VP0[P0hP02Q0<Q0DQ0GQ0TQ0]Q0dQ03R0IR0UR0hR01S07S0<S0BS0HS0NS0TS0YS0dS0kS05T0;T0LT0UT0_T0iT0mT\#
        05U0=U0HU0OU0WU0[U0lU05V0CV0IV0PV0UV0eV03W0BW0QW0\W0gW01X0BX0FX0KX0UX0_X0hX05Y09Y0>Y0JY0OY0VY0\Y0cY0lY0;Z0KZ0[\#
        Z0lZ00[06[0>[0M[0S[0Z[0b[0i[01\0=\0E\0P\0T\0]\0d\0l\06]0;]0A]0E]0M]0U]0d]0k]0;^0F^0S^0Y^0a^0j^05_0D_0V_0c_0h_0\#
        l_0<`0H`0U`0c`02a0>a0Ka0Za00b0Ab0Eb0Yb0kb0>c0Pc0Zc00d0Fd0Wd0dd02e0De0Ye05f0Ff0Sf0af03g0>g0Eg0Mg0Sg0Yg0_g0dg0ng\#
        0?h0Ch0Kh0Uh0]h0dh0jh07i0Ni0]i0li0;j0Bj0Oj0Wj0aj0ij03k09k0Ak0Jk0Uk0`k0ik0nk05l0@l0Hl0Rl0[l0fl0ol0:m0Bm0Lm0Um0[\#
        m0em01n07n0?n0Gn0Qn0Yn0^n0dn0in0on07o0@o0Ko0Qo0Yo0bo0lo0701@01J01P01Z01d01j01411;11C11G11M11S11[11d11i11n11221\#
        >21I21P21V21c21j21331731F31V31\31041741<41C41I41P41S41Y41]41i41551E51R51a51n51=61D61R61a61271A71R71W71\71d71n7\#
        1581?81E81J81P81W81\81b81j81191791@91F91Q91V91[91`91e91n91>:1D:1I:1P:1T:1[:1c:1j:1o:15;1<;1A;1G;1
        """#
    }

    /// The hash table: one more than the index of the name, or 0 where a search ends; two digits each.
    static var slots: StaticString {
        #"""
        M2a6Z70000K251H3^100h500000000f1S3H1c3\42600[6]0l5f586`6P1F400[400001535Q100_500000000R0N400000000i20000?0C400\#
        T0000003?2@3T50000m5=300000000J10000E2K300000037;70000000000n300000000:60000\3000000j00084:300J60000000000U255\#
        e200_3n5<7b50000g6C3]300X1C500000000E0^077E5V10000E6S5^6120000I40000^3d60000F2_1i4O4M1V5a7000000000000659000?3\#
        0087000000d3000000000000k500?10075D70000000000003143A366004600000000F6000000C100000000L10000=1L4j5g37076K6h6L3\#
        000000;0V2240000000000k000000000Y200=7<0i60000005400j4O7h1b3m496000000000000b60000000000o200000000>60000d062M7\#
        00k1Q2B6X444_0?600F1<3Y4e5e6]500g7M4B42200L600O1001300m3000000H5S0R700D00000000000W2]2>300X3i333Z5]6@7V7000000\#
        0000000000000093b2X2A500l700P0U1:2N3g0G6U500>7000045E100C60000J2c0k3d29400U00010G2W10000170000Y700e10000470000\#
        85V600I68200n600G7d1N700000000o100G4l1000000<5H600;20000000000g400000000d4Q6E700L7S200^4X7P4R60000`30000:0j600\#
        J40000H40000O0K0V40000000000T4;100h0^200i00000S10500A697n220B5000000E4000000<19200N0k2;364f6?7000000060000[100\#
        000030]70000W60000m6[3b0T2h402B7000000P60091A4000000\1a200C2000000=4D4l400M600=0270011a500E3X5B0F0o300D1000000\#
        0000[2j70000000000f2;5H2h2328314V0R5X600000000000000[0o0J35600000001_70000P300000000000000000000>0`400000000f3\#
        000000G30000H000i5P70000004200f700k60000<600000000000000J5h7000060@2l3F3R4O6U7Q300000000A200I7R1V3T7[5i1W0\2N6\#
        A1F500g225Z3000000I0000000b4000000<272o5R341Y3<4;4:7b70000000000Z600950000Y000n000000000B2O5@6>400000000W700=6\#
        F7H7W50000c5j3570000000000^5Z1:5l6j2K70000C073000000o6000000X0Y1D600000000e700Z00000@1L20400N10000I500000000A7\#
        0000\60000c700B3Q0c6^7m2k40007N5>10000000000000000L0630000c4520000:4000000000050:1h3f4_6J7000000U400I300000000\#
        000000000061b1g10000>50000G10000000000M0l000A0e3=2000000I2`5\723k700I1000000S7`0a4P50000000000000000c2\0n4?516\#
        00]1Q7a1`7`2a0c10000K5i7Y50000@0n1@500T1O3@471[7000000000000K1Z23400G5Q580m000U6`1G0e421=5g5S6f0R200_200a30000\#
        00000000000000l2;6Y6000000U33640000067T3000000000000e0]4B1o4000081J074K453M50000000000d7000000m1_400W300000000\#
        D5L5D3S4>200C7Q400j10000M300?4Z4000000000000D2P2d500\5N2O200W40000T6
        """#
    }
}
